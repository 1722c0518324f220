# Starts the sweeps: a message on the topic of each, as functions/manifest.ts says when.

variable "project_id" { type = string }
variable "region" { type = string }

variable "jobs" {
  type = map(object({
    schedule = string
    topic    = string
    message  = any
  }))
}

variable "paused" {
  description = "Names of jobs that do not run."
  type        = set(string)
}

resource "google_cloud_scheduler_job" "this" {
  for_each = var.jobs

  project   = var.project_id
  region    = var.region
  name      = each.key
  schedule  = each.value.schedule
  time_zone = "Etc/UTC"
  paused    = contains(var.paused, each.key)

  pubsub_target {
    topic_name = each.value.topic
    data       = base64encode(jsonencode(each.value.message))
  }
}
