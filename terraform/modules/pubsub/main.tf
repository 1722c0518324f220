# What functions are told. Messages are hints, so none is truth that could be lost; they are kept for a week all the same.

variable "project_id" { type = string }
variable "topics" { type = set(string) }
variable "regions" { type = list(string) }

resource "google_pubsub_topic" "this" {
  for_each = var.topics

  project                    = var.project_id
  name                       = each.key
  message_retention_duration = "604800s"

  message_storage_policy {
    allowed_persistence_regions = var.regions
  }
}

output "topics" {
  description = "Ids by name."
  value       = { for name, topic in google_pubsub_topic.this : name => topic.id }
}
