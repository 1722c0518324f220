# The APIs that Hub uses, and the identities of Google's own that act in the project for them.

variable "project_id" { type = string }

variable "policed_project_id" {
  description = "The same project, once its policies hold."
  type        = string
}

locals {
  # What policies need. With Compute Engine come a network that is open to the world and an account that may change everything, unless a
  # policy says otherwise by then: none takes away what is there. https://cloud.google.com/vpc/docs/vpc#default-network
  first = toset([
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "orgpolicy.googleapis.com",
    "serviceusage.googleapis.com",
  ])

  services = toset([
    "artifactregistry.googleapis.com",
    "billingbudgets.googleapis.com",
    "cloudbilling.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudscheduler.googleapis.com",
    "compute.googleapis.com",
    "container.googleapis.com",
    "dns.googleapis.com",
    "firebase.googleapis.com",
    "firebasehosting.googleapis.com",
    "firebaserules.googleapis.com",
    "firestore.googleapis.com",
    "iamcredentials.googleapis.com",
    "identitytoolkit.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "publicca.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "secretmanager.googleapis.com",
    "securetoken.googleapis.com",
    "storage.googleapis.com",
    "sts.googleapis.com",
    "telemetry.googleapis.com",
  ])
}

resource "google_project_service" "first" {
  for_each = local.first

  project = var.project_id
  service = each.key
  # What stands would go with it.
  disable_on_destroy = false
}

resource "google_project_service" "this" {
  for_each = local.services

  project = var.policed_project_id
  service = each.key
  # What stands would go with it.
  disable_on_destroy = false
}

moved {
  from = google_project_service.this["cloudresourcemanager.googleapis.com"]
  to   = google_project_service.first["cloudresourcemanager.googleapis.com"]
}

moved {
  from = google_project_service.this["iam.googleapis.com"]
  to   = google_project_service.first["iam.googleapis.com"]
}

moved {
  from = google_project_service.this["orgpolicy.googleapis.com"]
  to   = google_project_service.first["orgpolicy.googleapis.com"]
}

moved {
  from = google_project_service.this["serviceusage.googleapis.com"]
  to   = google_project_service.first["serviceusage.googleapis.com"]
}

# Where the project was there before its policies, or has none, that account is in it: nothing of Hub's runs as it. Not by
# google_project_default_service_accounts, which looks once only and loses the conditions of other roles. This one writes the project's roles
# as a whole as well, so one comes after the other, and everybody else who gives some after both.
resource "google_project_iam_member_remove" "compute_engine" {
  project = var.project_id
  role    = "roles/editor"
  member  = "serviceAccount:${data.google_project.this.number}-compute@developer.gserviceaccount.com"

  depends_on = [google_project_service.this]
}

resource "google_project_iam_member_remove" "app_engine" {
  project = var.project_id
  role    = "roles/editor"
  member  = "serviceAccount:${var.project_id}@appspot.gserviceaccount.com"

  depends_on = [google_project_iam_member_remove.compute_engine]
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

# For the policies alone.
output "unpoliced_project_id" {
  value      = var.project_id
  depends_on = [google_project_service.first]
}

# Every other module takes the project from here, and so waits for its APIs.
output "project_id" {
  value      = var.project_id
  depends_on = [google_project_service.this, google_project_iam_member_remove.app_engine]
}

output "project_number" { value = data.google_project.this.number }

output "agents" {
  value = {
    for service, agent in google_project_service_identity.agents : service => "serviceAccount:${agent.email}"
  }
}
