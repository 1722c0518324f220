# The APIs that Hub uses, and the identities of Google's own that act in the project for them.

variable "project_id" { type = string }

locals {
  services = toset([
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbilling.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "dns.googleapis.com",
    "firebase.googleapis.com",
    "firebasehosting.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "identitytoolkit.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "orgpolicy.googleapis.com",
    "publicca.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "serviceusage.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
    "telemetry.googleapis.com",
  ])
}

resource "google_project_service" "this" {
  for_each = local.services

  project = var.project_id
  service = each.key
  # What stands would go with it.
  disable_on_destroy = false
}

# Made now: otherwise the first use makes it, and a right given before that has nobody to be given to.
resource "google_project_service_identity" "agents" {
  provider = google-beta
  for_each = toset(["container.googleapis.com", "pubsub.googleapis.com"])

  project = var.project_id
  service = google_project_service.this[each.key].service
}

# Not after the services: what is read late is unknown while it is planned, and an unknown project would re-create all that is in it.
data "google_project" "this" {
  project_id = var.project_id
}

# Every other module takes the project from here, and so waits for its APIs.
output "project_id" {
  value      = var.project_id
  depends_on = [google_project_service.this]
}

output "project_number" { value = data.google_project.this.number }

output "agents" {
  value = {
    for service, agent in google_project_service_identity.agents : service => "serviceAccount:${agent.email}"
  }
}
