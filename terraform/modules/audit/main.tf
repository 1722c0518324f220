# Word from outside: what GKE says of its operations, and what a cluster says of its installation. And the log that nobody rewrites.

variable "project_id" { type = string }
variable "project_number" { type = string }
variable "region" { type = string }
variable "hint_topic" { type = string }
variable "first_cluster_made" { type = bool }
variable "locked" { type = bool }

locals {
  # Of what has ended, of clusters that Hub named; entries hold no labels. https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging
  ended = "protoPayload.serviceName=\"container.googleapis.com\" AND operation.last=true AND resource.labels.cluster_name:\"hub-\""
  # GKE writes down each change in a cluster, also those of the cluster's own users and machines, who could fill a bucket that nobody may empty:
  # https://cloud.google.com/kubernetes-engine/docs/how-to/audit-logging. Of these only what the project's own rights let in, and what functions did.
  operated = join(" OR ", [
    "NOT protoPayload.serviceName=\"k8s.io\"",
    "labels.\"authorization.k8s.io/reason\"=\"access granted by IAM permissions.\"",
    "protoPayload.authenticationInfo.principalEmail=~\"^fn-[-a-z]+@${var.project_id}[.]iam[.]gserviceaccount[.]com$\"",
  ])
  # Who did what, to the project and by Hub's own functions.
  audited = "(logName:\"cloudaudit.googleapis.com\" AND (${local.operated})) OR (resource.type=\"cloud_run_revision\" AND jsonPayload.message=\"audit\")"
}

resource "google_logging_project_sink" "hints" {
  project                = var.project_id
  name                   = "hub-hints"
  description            = "GKE operations that ended, for the function hint."
  destination            = "pubsub.googleapis.com/${var.hint_topic}"
  filter                 = local.ended
  unique_writer_identity = true
}

resource "google_pubsub_topic_iam_member" "hints" {
  project = var.project_id
  topic   = var.hint_topic
  role    = "roles/pubsub.publisher"
  member  = google_logging_project_sink.hints.writer_identity
}

# The installer of any cluster, and nobody else in it, may say that something ended. It is only ever a hint.
resource "google_pubsub_topic_iam_member" "leaves" {
  count = var.first_cluster_made ? 1 : 0

  project = var.project_id
  topic   = var.hint_topic
  role    = "roles/pubsub.publisher"
  member  = "principal://iam.googleapis.com/projects/${var.project_number}/locations/global/workloadIdentityPools/${var.project_id}.svc.id.goog/subject/ns/hub-system/sa/installer"
}

resource "google_logging_project_bucket_config" "audit" {
  project        = var.project_id
  location       = var.region
  bucket_id      = "hub-audit"
  description    = "Who did what. Locked, nobody can shorten or delete it."
  retention_days = 400
  locked         = var.locked

  lifecycle {
    prevent_destroy = true
  }
}

# Within one project the sink needs no right of its own.
resource "google_logging_project_sink" "audit" {
  project                = var.project_id
  name                   = "hub-audit"
  destination            = "logging.googleapis.com/${google_logging_project_bucket_config.audit.id}"
  filter                 = local.audited
  unique_writer_identity = true
}

# Reads of the database and of keys are not written down unless somebody asks for it.
resource "google_project_iam_audit_config" "data" {
  for_each = toset(["cloudkms.googleapis.com", "iam.googleapis.com", "secretmanager.googleapis.com", "sts.googleapis.com"])

  project = var.project_id
  service = each.key

  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}
