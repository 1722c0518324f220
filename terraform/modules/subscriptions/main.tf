# Pushes the messages of each topic to its function: docs/decisions/0003-functions-have-their-own-push-subscriptions.md.

variable "project_id" { type = string }
variable "region" { type = string }

variable "functions" {
  description = "Those that handle messages, of generated/functions.json."
  type        = any
}

variable "names" { type = map(string) }
variable "urls" { type = map(string) }
variable "topics" { type = map(string) }
variable "dead_letter_topic" { type = string }
variable "pubsub_agent" { type = string }

locals {
  giving_up = { for name, spec in var.functions : name => spec if spec.max_delivery_attempts != null }
}

resource "google_service_account" "push" {
  project      = var.project_id
  account_id   = "hub-push"
  display_name = "Pushes messages to functions"
}

# Pub/Sub signs as this account.
resource "google_service_account_iam_member" "push" {
  service_account_id = google_service_account.push.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = var.pubsub_agent
}

resource "google_cloud_run_v2_service_iam_member" "push" {
  for_each = var.functions

  project  = var.project_id
  location = var.region
  name     = var.names[each.key]
  role     = "roles/run.invoker"
  member   = google_service_account.push.member
}

resource "google_pubsub_subscription" "this" {
  for_each = var.functions

  project = var.project_id
  name    = each.value.subscription
  topic   = var.topics[each.value.topic]

  # The function has ended by then, and its answer has arrived.
  ack_deadline_seconds       = min(600, each.value.timeout_seconds + 10)
  message_retention_duration = "604800s"

  push_config {
    # The framework reads the topic's name from this path.
    push_endpoint = "${var.urls[each.key]}/projects/${var.project_id}/topics/${each.value.topic}"

    oidc_token {
      service_account_email = google_service_account.push.email
      audience              = var.urls[each.key]
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  # It stays, however long nobody sends anything.
  expiration_policy {
    ttl = ""
  }

  dynamic "dead_letter_policy" {
    for_each = each.value.max_delivery_attempts == null ? [] : [each.value.max_delivery_attempts]
    content {
      dead_letter_topic     = var.dead_letter_topic
      max_delivery_attempts = dead_letter_policy.value
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.push, google_service_account_iam_member.push]
}

# It is Pub/Sub that forwards what is given up, and acknowledges it.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  project = var.project_id
  topic   = var.dead_letter_topic
  role    = "roles/pubsub.publisher"
  member  = var.pubsub_agent
}

resource "google_pubsub_subscription_iam_member" "dead_letters" {
  for_each = local.giving_up

  project      = var.project_id
  subscription = google_pubsub_subscription.this[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = var.pubsub_agent
}
