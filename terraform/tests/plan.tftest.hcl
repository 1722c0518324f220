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
      us = { project_id = "hub-test-us", region = "us-central1", domain = "us.hub.example.com" }
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
      us = { project_id = "hub-test", region = "us-central1", domain = "us.hub.example.com" }
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
      ca = { project_id = "hub-test-ca", region = "northamerica-northeast1", domain = "ca.hub.example.com" }
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
