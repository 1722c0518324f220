# One function per entry of functions/manifest.ts, each as somebody of its own who may do what functions/permissions.ts says.

variable "project_id" { type = string }
variable "region" { type = string }

variable "archive" {
  description = "Path of what `npm run build` makes."
  type        = string
}

variable "functions" {
  description = "generated/functions.json"
  type        = any
}

variable "min_instances" { type = map(number) }
variable "max_instances" { type = map(number) }

variable "secrets_generation" {
  description = "Part of the environment of functions that read secrets: with another one, each has another revision."
  type        = string
}

variable "environment" { type = map(string) }

variable "secrets" {
  description = "Ids of the secrets that are there, by name."
  type        = map(string)
}

variable "node_account" {
  description = "Name of the service account of nodes."
  type        = string
}

variable "chart_account" {
  description = "Name of the service account that reads charts."
  type        = string
}

locals {
  # Whoever calls these has to say in the request who they are; all others are called by Google alone.
  public = toset([for name, spec in var.functions : name if !can(spec.topic)])

  digest = try(filesha256(var.archive), "missing")
}

resource "google_storage_bucket" "sources" {
  project                     = var.project_id
  name                        = "${var.project_id}-hub-sources-${var.region}"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
}

resource "google_storage_bucket_object" "archive" {
  bucket = google_storage_bucket.sources.name
  # By its content: only another archive is deployed anew.
  name   = "functions-${local.digest}.zip"
  source = var.archive

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_service_account" "build" {
  project      = var.project_id
  account_id   = "hub-build"
  display_name = "Builds the functions"
}

resource "google_project_iam_member" "build" {
  for_each = toset(["roles/artifactregistry.writer", "roles/logging.logWriter"])

  project = var.project_id
  role    = each.key
  member  = google_service_account.build.member
}

# Cloud Functions copies the archive into a bucket of its own first. Not into those of clusters, which are people's.
resource "google_project_iam_member" "build_sources" {
  project = var.project_id
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "Sources of functions only"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-\") || resource.name.startsWith(\"projects/_/buckets/${google_storage_bucket.sources.name}\")"
  }
}

resource "google_service_account" "functions" {
  for_each = var.functions

  project      = var.project_id
  account_id   = "fn-${each.key}"
  display_name = "Function ${each.key}"
}

resource "google_project_iam_custom_role" "functions" {
  for_each = var.functions

  project     = var.project_id
  role_id     = "hub_${replace(each.key, "-", "_")}"
  title       = "Hub: function ${each.key}"
  permissions = each.value.permissions
}

resource "google_project_iam_member" "functions" {
  for_each = var.functions

  project = var.project_id
  role    = google_project_iam_custom_role.functions[each.key].name
  member  = google_service_account.functions[each.key].member
}

resource "google_service_account_iam_member" "nodes" {
  for_each = { for name, spec in var.functions : name => spec if spec.acts_as_nodes }

  service_account_id = var.node_account
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.functions[each.key].member
}

# Not roles/iam.serviceAccountTokenCreator, with which one could sign in its name as well.
resource "google_project_iam_custom_role" "chart_tokens" {
  project     = var.project_id
  role_id     = "hub_chart_tokens"
  title       = "Hub: tokens that read charts"
  permissions = ["iam.serviceAccounts.getAccessToken"]
}

resource "google_service_account_iam_member" "charts" {
  for_each = { for name, spec in var.functions : name => spec if spec.issues_chart_tokens }

  service_account_id = var.chart_account
  role               = google_project_iam_custom_role.chart_tokens.name
  member             = google_service_account.functions[each.key].member
}

resource "google_secret_manager_secret_iam_member" "functions" {
  for_each = merge([
    for name, spec in var.functions : {
      for variable, id in spec.secrets : "${name}:${id}" => { function = name, secret = id }
      if contains(keys(var.secrets), id)
    }
  ]...)

  secret_id = var.secrets[each.value.secret]
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.functions[each.value.function].member
}

resource "google_cloudfunctions2_function" "this" {
  for_each = var.functions

  project  = var.project_id
  location = var.region
  name     = each.key
  labels   = { managed-by = "hub" }

  build_config {
    runtime         = "nodejs24"
    entry_point     = each.value.entry_point
    service_account = google_service_account.build.id

    environment_variables = {
      # Nothing that is fetched may run while the function is built.
      GOOGLE_NODE_RUN_SCRIPTS = ""
      # What was built last, where Google tells it: of the source the provider believes its own state, which has what was wanted also where the
      # update failed (https://github.com/hashicorp/terraform-plugin-sdk/issues/476). Not in service_config, which can be updated without a build.
      HUB_ARCHIVE = local.digest
    }

    source {
      storage_source {
        bucket = google_storage_bucket.sources.name
        object = google_storage_bucket_object.archive.name
        # These very bytes, whoever writes over them.
        generation = google_storage_bucket_object.archive.generation
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.functions[each.key].email
    timeout_seconds                  = each.value.timeout_seconds
    max_instance_request_concurrency = each.value.concurrency
    max_instance_count               = lookup(var.max_instances, each.key, each.value.max_instances)
    min_instance_count               = lookup(var.min_instances, each.key, 0)
    available_memory                 = "${each.value.memory_mib}Mi"
    available_cpu                    = tostring(each.value.cpu)
    ingress_settings                 = contains(local.public, each.key) ? "ALLOW_ALL" : "ALLOW_INTERNAL_ONLY"
    all_traffic_on_latest_revision   = true

    environment_variables = merge(
      var.environment,
      { NODE_OPTIONS = "--enable-source-maps" },
      # Which version "latest" is, below, is found out when an instance starts; a new version alone starts none.
      length(each.value.secrets) > 0 ? { HUB_SECRETS_GENERATION = var.secrets_generation } : {},
    )

    dynamic "secret_environment_variables" {
      for_each = { for variable, id in each.value.secrets : variable => id if contains(keys(var.secrets), id) }
      content {
        key        = secret_environment_variables.key
        project_id = var.project_id
        secret     = secret_environment_variables.value
        version    = "latest"
      }
    }
  }

  lifecycle {
    precondition {
      condition     = fileexists(var.archive)
      error_message = "There is no archive of the functions: npm run build makes it."
    }
  }

  depends_on = [
    google_project_iam_member.build,
    google_project_iam_member.build_sources,
    google_project_iam_member.functions,
    google_service_account_iam_member.charts,
    google_secret_manager_secret_iam_member.functions,
  ]
}

resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = local.public

  project  = var.project_id
  location = var.region
  name     = google_cloudfunctions2_function.this[each.key].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

output "sources" { value = google_storage_bucket.sources.name }

output "names" {
  description = "By themselves: whoever takes one from here waits until the function is there."
  value       = { for name, function in google_cloudfunctions2_function.this : name => function.name }
}

output "urls" {
  description = "By name of the function."
  value       = { for name, function in google_cloudfunctions2_function.this : name => function.service_config[0].uri }
}

output "accounts" {
  description = "E-mail addresses of service accounts, by name of the function."
  value       = { for name, account in google_service_account.functions : name => account.email }
}
