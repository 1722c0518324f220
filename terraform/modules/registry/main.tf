# What clusters are installed from: charts that the operator pushed, and images that are fetched once and kept.

variable "project_id" { type = string }
variable "region" { type = string }
variable "node_account" { type = string }

variable "images" {
  description = "By what they are for, as Docker Hub calls them."
  type        = map(string)
}

resource "google_artifact_registry_repository" "charts" {
  project       = var.project_id
  location      = var.region
  repository_id = "charts"
  description   = "Charts of the mesh and of the products, in every version of generated/charts.json."
  format        = "DOCKER"

  docker_config {
    # What was tested is what is installed.
    immutable_tags = true
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Docker Hub counts the pulls behind an address, and here all clusters are behind one.
resource "google_artifact_registry_repository" "images" {
  project       = var.project_id
  location      = var.region
  repository_id = "images"
  description   = "Images of Docker Hub: those that Hub installs, and others for a month after they were asked for."
  format        = "DOCKER"
  mode          = "REMOTE_REPOSITORY"

  remote_repository_config {
    docker_repository {
      public_repository = "DOCKER_HUB"
    }
  }

  # As they were when they were first asked for, also should Docker Hub have them no more.
  cleanup_policies {
    id     = "installed"
    action = "KEEP"

    condition {
      package_name_prefixes = ["istio/", "pachyderm/"]
    }
  }

  # Pipelines of any tenant fill it with what they name. What is still needed is fetched again.
  cleanup_policies {
    id     = "old"
    action = "DELETE"

    condition {
      older_than = "2592000s" # 30 days since it was fetched
    }
  }
}

# Charts are read by Helm in a pod, which has no account of its own; images by the machine.
resource "google_service_account" "charts" {
  project      = var.project_id
  account_id   = "hub-charts"
  display_name = "Reads charts, for whoever is given a token of it"
}

resource "google_artifact_registry_repository_iam_member" "charts" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.charts.name
  role       = "roles/artifactregistry.reader"
  member     = google_service_account.charts.member
}

resource "google_artifact_registry_repository_iam_member" "nodes" {
  project    = var.project_id
  location   = var.region
  repository = google_artifact_registry_repository.images.name
  role       = "roles/artifactregistry.reader"
  member     = "serviceAccount:${var.node_account}"
}

output "chart_source" {
  value = "oci://${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.charts.name}"
}

output "chart_account" { value = google_service_account.charts.email }
output "chart_account_name" { value = google_service_account.charts.name }

# Each cell's own: nodes may read the repositories of their own project and no others.
output "images" {
  description = "By what they are for: where nodes pull them from."
  value = {
    for name, image in var.images : name => "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.name}/${image}"
  }
}

output "image_mirror" {
  description = "What stands before the name that an image has at Docker Hub."
  value       = "${var.region}-docker.pkg.dev/${var.project_id}/${google_artifact_registry_repository.images.name}"
}
