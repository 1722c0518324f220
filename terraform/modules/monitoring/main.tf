# What wakes somebody: one policy per entry of functions/alerts.ts, each with its runbook; what is promised; one page with everything.

variable "project_id" { type = string }
variable "operator_email" { type = string }

variable "signal_topic" { type = string }

variable "monitoring_agent" {
  description = "As whom Cloud Monitoring publishes."
  type        = string
}

variable "alerts" {
  description = "generated/alerts.json"
  type        = any
}

variable "dashboard" {
  description = "generated/dashboard.json"
  type        = string
}

variable "metrics" {
  description = "Whether there are metrics to alert on."
  type        = bool
}

variable "measured" {
  description = "Whether clusters were made already: an objective needs a metric that is there."
  type        = bool
}

variable "runbooks" {
  description = "Address of docs/operations.md, or its path."
  type        = string
}

variable "domain" {
  description = "Where the console is, and the API with it."
  type        = string
}

variable "paging_channels" {
  description = "Ids of channels by which somebody is woken, beside the e-mail."
  type        = list(string)
}

locals {
  # Before the first cluster some would be told of what is no trouble yet.
  due = { for id, alert in var.alerts.alerts : id => alert if var.measured || !alert.later }

  on_logs    = { for id, alert in local.due : id => alert if can(alert.log) }
  on_metrics = { for id, alert in local.due : id => alert if can(alert.query) && (var.metrics || !try(alert.needs_metrics, true)) }
  on_uptime  = { for id, alert in local.due : id => alert if can(alert.path) }

  # By severity.
  channels = {
    WARNING  = [google_monitoring_notification_channel.operator.id]
    CRITICAL = concat([google_monitoring_notification_channel.operator.id], var.paging_channels)
  }

  objectives = var.metrics && var.measured ? 1 : 0
  claims     = "resource.type=\"prometheus_target\" AND metric.type=\"${var.alerts.slos.claims_metric}\""
  requests   = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=one_of(${join(",", [for name in var.alerts.slos.services : "\"${name}\""])}) AND metric.type=\"run.googleapis.com/request_count\""
}

resource "google_monitoring_notification_channel" "operator" {
  project      = var.project_id
  display_name = "Operator of Hub"
  type         = "email"
  labels       = { email_address = var.operator_email }
}

resource "google_monitoring_alert_policy" "logs" {
  for_each = local.on_logs

  project               = var.project_id
  display_name          = each.key
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels[each.value.severity]

  conditions {
    display_name = each.value.title

    condition_matched_log {
      filter = each.value.log
    }
  }

  # Such a policy must say how often it tells at most.
  alert_strategy {
    auto_close = "86400s"

    notification_rate_limit {
      period = "3600s"
    }
  }

  documentation {
    subject   = "Hub: ${each.value.title}"
    content   = "What to do: ${var.runbooks}#${each.key}"
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_alert_policy" "metrics" {
  for_each = local.on_metrics

  project               = var.project_id
  display_name          = each.key
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels[each.value.severity]

  conditions {
    display_name = each.value.title

    condition_prometheus_query_language {
      query               = each.value.query
      duration            = "${each.value.for_seconds}s"
      evaluation_interval = "60s"
      # Nothing was measured yet when this is made for the first time.
      disable_metric_validation = true
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    subject   = "Hub: ${each.value.title}"
    content   = "What to do: ${var.runbooks}#${each.key}"
    mime_type = "text/markdown"
  }
}

resource "google_monitoring_uptime_check_config" "this" {
  for_each = local.on_uptime

  project      = var.project_id
  display_name = each.key
  period       = "60s"
  timeout      = "10s"

  monitored_resource {
    type   = "uptime_url"
    labels = { project_id = var.project_id, host = var.domain }
  }

  http_check {
    path         = each.value.path
    port         = 443
    use_ssl      = true
    validate_ssl = true
  }
}

# As the page of uptime checks makes it: https://cloud.google.com/monitoring/uptime-checks/uptime-alerting-policies
resource "google_monitoring_alert_policy" "uptime" {
  for_each = local.on_uptime

  project               = var.project_id
  display_name          = each.key
  combiner              = "OR"
  severity              = each.value.severity
  notification_channels = local.channels[each.value.severity]

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter     = "resource.type=\"uptime_url\" AND metric.type=\"monitoring.googleapis.com/uptime_check/check_passed\" AND metric.labels.check_id=\"${google_monitoring_uptime_check_config.this[each.key].uptime_check_id}\""
      comparison = "COMPARISON_GT"
      # One place of the world may be cut off by itself.
      threshold_value = 1
      duration        = "${each.value.for_seconds}s"

      aggregations {
        # From each place the newest answer, and how many of them are no.
        alignment_period     = "1200s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
        group_by_fields      = ["resource.label.*"]
      }

      trigger {
        count = 1
      }
    }
  }

  alert_strategy {
    auto_close = "86400s"
  }

  documentation {
    subject   = "Hub: ${each.value.title}"
    content   = "What to do: ${var.runbooks}#${each.key}"
    mime_type = "text/markdown"
  }
}

# What tells Hub itself: machines that are busy to the brim for long, as those are that mine, and clusters that send very much for long, which no
# cap counts. What follows is the function signal's to decide.

resource "google_monitoring_notification_channel" "signal" {
  project      = var.project_id
  display_name = "Function signal of Hub"
  type         = "pubsub"
  labels       = { topic = var.signal_topic }
}

resource "google_pubsub_topic_iam_member" "signal" {
  project = var.project_id
  topic   = var.signal_topic
  role    = "roles/pubsub.publisher"
  member  = var.monitoring_agent

  # It is there once there is such a channel.
  depends_on = [google_monitoring_notification_channel.signal]
}

resource "google_monitoring_alert_policy" "busy" {
  project               = var.project_id
  display_name          = "busy"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = [google_monitoring_notification_channel.signal.id]
  # By which the function knows what it is told of.
  user_labels = { hub_signal = "busy" }

  conditions {
    display_name = "All machines of a cluster are busy"

    condition_threshold {
      filter          = "resource.type=\"k8s_node\" AND metric.type=\"kubernetes.io/node/cpu/allocatable_utilization\" AND resource.labels.cluster_name=starts_with(\"hub-\")"
      comparison      = "COMPARISON_GT"
      threshold_value = 0.9
      duration        = "1800s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_MEAN"
        cross_series_reducer = "REDUCE_MEAN"
        # The cluster's name is in what is told.
        group_by_fields = ["resource.labels.cluster_name", "resource.labels.location"]
      }
    }
  }

  # Of what goes on without a break there is one incident only: each hour it is told again, which is a second signal.
  alert_strategy {
    auto_close = "86400s"

    notification_channel_strategy {
      notification_channel_names = [google_monitoring_notification_channel.signal.name]
      renotify_interval          = "3600s"
    }
  }

  depends_on = [google_pubsub_topic_iam_member.signal]
}

# What nodes send, be it to each other or to the internet: https://cloud.google.com/monitoring/api/metrics_kubernetes (sampled every 60 seconds).
# At this rate an hour to the internet is 335 GiB, about US$55 with what NAT takes: https://cloud.google.com/vpc/network-pricing
# https://cloud.google.com/nat/pricing
resource "google_monitoring_alert_policy" "traffic" {
  project               = var.project_id
  display_name          = "traffic"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = [google_monitoring_notification_channel.signal.id]
  user_labels           = { hub_signal = "traffic" }

  conditions {
    display_name = "A cluster sends very much"

    condition_threshold {
      filter     = "resource.type=\"k8s_node\" AND metric.type=\"kubernetes.io/node/network/sent_bytes_count\" AND resource.labels.cluster_name=starts_with(\"hub-\")"
      comparison = "COMPARISON_GT"
      # Bytes a second.
      threshold_value = 100000000
      duration        = "1800s"

      aggregations {
        alignment_period     = "300s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.labels.cluster_name", "resource.labels.location"]
      }
    }
  }

  # Of what goes on without a break there is one incident only: each hour it is told again, which is a second signal.
  alert_strategy {
    auto_close = "86400s"

    notification_channel_strategy {
      notification_channel_names = [google_monitoring_notification_channel.signal.name]
      renotify_interval          = "3600s"
    }
  }

  depends_on = [google_pubsub_topic_iam_member.signal]
}

resource "google_monitoring_custom_service" "api" {
  project      = var.project_id
  service_id   = "hub-api"
  display_name = "API of Hub"
}

resource "google_monitoring_slo" "availability" {
  project             = var.project_id
  service             = google_monitoring_custom_service.api.service_id
  slo_id              = "availability"
  display_name        = "Requests that Hub does not fail, in 28 days"
  goal                = var.alerts.slos.api_availability
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      total_service_filter = local.requests
      bad_service_filter   = "${local.requests} AND metric.labels.response_code_class=\"5xx\""
    }
  }
}

resource "google_monitoring_slo" "ready" {
  count = local.objectives

  project             = var.project_id
  service             = google_monitoring_custom_service.api.service_id
  slo_id              = "ready"
  display_name        = "Clusters made from nothing that are ready in time, in 28 days"
  goal                = var.alerts.slos.in_time
  rolling_period_days = 28

  request_based_sli {
    distribution_cut {
      distribution_filter = "resource.type=\"prometheus_target\" AND metric.type=\"${var.alerts.slos.ready_metric}\" AND metric.labels.way=\"cold\""

      range {
        max = var.alerts.slos.ready_seconds
      }
    }
  }
}

resource "google_monitoring_slo" "claims" {
  count = local.objectives

  project             = var.project_id
  service             = google_monitoring_custom_service.api.service_id
  slo_id              = "claims"
  display_name        = "Clusters that come from a pool, in 28 days"
  goal                = var.alerts.slos.pool_hits
  rolling_period_days = 28

  request_based_sli {
    good_total_ratio {
      total_service_filter = local.claims
      good_service_filter  = "${local.claims} AND metric.labels.result=\"hit\""
    }
  }
}

resource "google_monitoring_dashboard" "hub" {
  project        = var.project_id
  dashboard_json = var.dashboard
}

output "channel" { value = google_monitoring_notification_channel.operator.id }
