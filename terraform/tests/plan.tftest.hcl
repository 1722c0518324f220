# What an empty project would get, with providers that are not there: `npm run test:terraform`.

mock_provider "google" {}
mock_provider "google-beta" {}

variables {
  project_id      = "hub-test"
  billing_account = "012345-6789AB-CDEF01"
  domain          = "hub.example.com"
  operator_email  = "operator@example.com"
  images = {
    helm      = "alpine/helm@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    call_home = "google/cloud-sdk@sha256:0000000000000000000000000000000000000000000000000000000000000000"
  }
}

run "five_variables_are_enough" {
  command = plan

  assert {
    condition     = output.consoles["default"] == "https://hub.example.com"
    error_message = "The first cell is not at the domain."
  }
}

run "each_cell_is_a_hub" {
  command = plan

  variables {
    cells = {
      us = { project_id = "hub-test-us", region = "us-central1", domain = "us-hub.example.com" }
    }
  }

  assert {
    condition     = length(output.consoles) == 2
    error_message = "There are not two cells."
  }
}

run "cells_do_not_share_a_project" {
  command = plan

  variables {
    cells = {
      us = { project_id = "hub-test", region = "us-central1", domain = "us-hub.example.com" }
    }
  }

  expect_failures = [var.cells]
}

run "clusters_are_not_below_the_console" {
  command = plan

  variables {
    clusters_domain = "clusters.hub.example.com"
  }

  expect_failures = [var.clusters_domain]
}

run "clusters_are_not_at_the_console" {
  command = plan

  variables {
    clusters_domain = "hub.example.com"
  }

  expect_failures = [var.clusters_domain]
}

run "clusters_are_not_where_firebase_signs_in" {
  command = plan

  variables {
    clusters_domain = "clusters.hub-test.firebaseapp.com"
  }

  expect_failures = [var.clusters_domain]
}

run "a_domain_of_two_labels_has_nothing_beside_it" {
  command = plan

  variables {
    domain = "example.com"
  }

  expect_failures = [var.clusters_domain]
}

run "a_domain_of_two_labels_is_enough_with_another_for_the_clusters" {
  command = plan

  variables {
    domain          = "example.com"
    clusters_domain = "example.net"
  }

  assert {
    condition     = output.consoles["default"] == "https://example.com"
    error_message = "The first cell is not at the domain."
  }
}

run "clusters_of_a_cell_are_not_below_the_console_of_another" {
  command = plan

  variables {
    cells = {
      us = { project_id = "hub-test-us", region = "us-central1", domain = "us.hub.example.com" }
    }
  }

  expect_failures = [var.cells]
}

run "clusters_of_a_cell_are_not_below_its_own_console" {
  command = plan

  variables {
    cells = {
      us = { project_id = "hub-test-us", region = "us-central1", domain = "us-hub.example.com", clusters_domain = "clusters.us-hub.example.com" }
    }
  }

  expect_failures = [var.cells]
}

run "a_cell_of_two_labels_has_nothing_beside_it" {
  command = plan

  variables {
    cells = {
      us = { project_id = "hub-test-us", region = "us-central1", domain = "example.org" }
    }
  }

  expect_failures = [var.cells]
}

run "images_have_no_address" {
  command = plan

  variables {
    images = {
      helm      = "europe-west1-docker.pkg.dev/hub-test/images/alpine/helm@sha256:0000000000000000000000000000000000000000000000000000000000000000"
      call_home = "google/cloud-sdk@sha256:0000000000000000000000000000000000000000000000000000000000000000"
    }
  }

  expect_failures = [var.images]
}

run "images_are_named_by_digest" {
  command = plan

  variables {
    images = { helm = "alpine/helm:4", call_home = "google/cloud-sdk:slim" }
  }

  expect_failures = [var.images]
}

run "copies_stay_on_the_continent" {
  command = plan

  variables {
    region = "australia-southeast1"
    cells = {
      ca = { project_id = "hub-test-ca", region = "northamerica-northeast1", domain = "ca-hub.example.com" }
    }
  }

  expect_failures = [var.region, var.cells]
}

run "channels_are_of_the_project_of_a_cell" {
  command = plan

  variables {
    paging_channels = ["projects/somebody-else/notificationChannels/1"]
  }

  expect_failures = [var.paging_channels]
}

run "instances_are_of_functions_that_are_there" {
  command = plan

  variables {
    min_instances = { apis = 1 }
    max_instances = { step_install = 5 }
  }

  expect_failures = [var.min_instances, var.max_instances]
}
