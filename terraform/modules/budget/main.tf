# What the invoice may come to. Billing lags by hours, and switching it off would destroy data: this only tells. What stops is Hub's own
# meter (limits, kill_switch), which refuses before anything is made.

variable "project_number" { type = string }
variable "billing_account" { type = string }
variable "monthly" { type = number }
variable "channel" { type = string }

resource "google_billing_budget" "this" {
  billing_account = var.billing_account
  display_name    = "Hub"

  budget_filter {
    projects = ["projects/${var.project_number}"]
  }

  amount {
    specified_amount {
      # In the account's own currency: another one is refused.
      units = tostring(floor(var.monthly))
    }
  }

  dynamic "threshold_rules" {
    for_each = [0.5, 0.9, 1]
    content {
      threshold_percent = threshold_rules.value
    }
  }

  threshold_rules {
    threshold_percent = 1
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [var.channel]
  }
}
