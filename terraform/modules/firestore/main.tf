# The truth. Indexes, time-outs and rules are those of the repository's own files, which the embedded cloud holds to as well.

variable "project_id" { type = string }
variable "region" { type = string }

locals {
  repository = "${path.module}/../../.."
  declared   = jsondecode(file("${local.repository}/firestore.indexes.json"))

  indexes = {
    for index in local.declared.indexes :
    "${index.collectionGroup}:${join(",", [for field in index.fields : field.fieldPath])}" => index
  }
  fields = {
    for field in local.declared.fieldOverrides : "${field.collectionGroup}:${field.fieldPath}" => field
  }

  # Where copies are that outlive a region: on the same continent, so there is no cell where Cloud Storage has no such place (../../variables.tf).
  continents = { asia = "ASIA", europe = "EU", us = "US" }
  continent  = local.continents[split("-", var.region)[0]]
}

resource "google_firestore_database" "this" {
  project                           = var.project_id
  name                              = "(default)"
  location_id                       = var.region
  type                              = "FIRESTORE_NATIVE"
  concurrency_mode                  = "OPTIMISTIC"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = "DELETE_PROTECTION_ENABLED"
  deletion_policy                   = "ABANDON"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_firestore_index" "this" {
  for_each = local.indexes

  project     = var.project_id
  database    = google_firestore_database.this.name
  collection  = each.value.collectionGroup
  query_scope = each.value.queryScope

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path   = fields.value.fieldPath
      order        = try(fields.value.order, null)
      array_config = try(fields.value.arrayConfig, null)
    }
  }

  # Functions wait for this module (../cell): what they ask of the database has its index before they are there, and one that no version
  # asks for any more, or that was changed, goes only once nobody runs who needs it.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_firestore_field" "this" {
  for_each = local.fields

  project    = var.project_id
  database   = google_firestore_database.this.name
  collection = each.value.collectionGroup
  field      = each.value.fieldPath

  # None but those named, and none are named: a test sees to it.
  index_config {}

  dynamic "ttl_config" {
    for_each = try(each.value.ttl, false) ? [true] : []
    content {}
  }
}

resource "google_firebaserules_ruleset" "this" {
  project = var.project_id

  source {
    files {
      name    = "firestore.rules"
      content = file("${local.repository}/firestore.rules")
    }
  }

  depends_on = [google_firestore_database.this]

  # The one that is released stays until the next one is.
  lifecycle {
    create_before_destroy = true
  }
}

resource "google_firebaserules_release" "this" {
  project      = var.project_id
  name         = "cloud.firestore"
  ruleset_name = "projects/${var.project_id}/rulesets/${google_firebaserules_ruleset.this.name}"
}

# Point-in-time recovery reaches back seven days; these reach further, in the same region.
resource "google_firestore_backup_schedule" "daily" {
  project   = var.project_id
  database  = google_firestore_database.this.name
  retention = "1209600s" # 14 days

  daily_recurrence {}

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_firestore_backup_schedule" "weekly" {
  project   = var.project_id
  database  = google_firestore_database.this.name
  retention = "8467200s" # 14 weeks, the longest

  weekly_recurrence {
    day = "SUNDAY"
  }

  lifecycle {
    prevent_destroy = true
  }
}

# A backup is gone with its region. This copy is not, and any region can be restored from it: docs/deploy.md.
resource "google_storage_bucket" "exports" {
  project                     = var.project_id
  name                        = "${var.project_id}-hub-exports"
  location                    = local.continent
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  # What the rule below deletes can be had back for a week: docs/security.md counts it in.
  soft_delete_policy {
    retention_duration_seconds = 604800
  }

  lifecycle_rule {
    condition {
      age = 30
    }
    action {
      type = "Delete"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_service_account" "exporter" {
  project      = var.project_id
  account_id   = "hub-exporter"
  display_name = "Copies the database out of its region once a day"
}

resource "google_project_iam_custom_role" "exporter" {
  project     = var.project_id
  role_id     = "hub_exporter"
  title       = "Hub: exporter"
  permissions = ["datastore.databases.export", "datastore.databases.getMetadata", "datastore.operations.get"]
}

resource "google_project_iam_member" "exporter" {
  project = var.project_id
  role    = google_project_iam_custom_role.exporter.name
  member  = google_service_account.exporter.member
}

resource "google_storage_bucket_iam_member" "exporter" {
  bucket = google_storage_bucket.exports.name
  role   = "roles/storage.admin"
  member = google_service_account.exporter.member
}

resource "google_cloud_scheduler_job" "export" {
  project     = var.project_id
  region      = var.region
  name        = "firestore-export"
  description = "Copies the database out of its region."
  schedule    = "23 2 * * *"
  time_zone   = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "https://firestore.googleapis.com/v1/projects/${var.project_id}/databases/${google_firestore_database.this.name}:exportDocuments"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode(jsonencode({ outputUriPrefix = google_storage_bucket.exports.url }))

    oauth_token {
      service_account_email = google_service_account.exporter.email
    }
  }
}

output "exports" { value = google_storage_bucket.exports.name }
