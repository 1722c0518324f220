variable "name" {
  description = "Of the cell; part of labels and documents."
  type        = string
}

variable "project_id" { type = string }
variable "region" { type = string }
variable "domain" { type = string }
variable "clusters_domain" { type = string }
variable "billing_account" { type = string }
variable "operator_email" { type = string }

variable "images" {
  type = object({
    helm      = string
    call_home = string
  })
}

variable "limits" {
  type = object({
    account_clusters            = number
    account_creations_per_hour  = number
    new_accounts_per_hour       = number
    young_account_days          = number
    hand_over_hours             = number
    account_hourly_dollars      = number
    account_requests_per_minute = number
    address_requests_per_minute = number
    cell_clusters               = number
    cell_hourly_dollars         = number
    cell_making                 = number
  })
}

variable "kill_switch" { type = bool }
variable "monthly_budget" { type = number }
variable "min_instances" { type = map(number) }
variable "max_instances" { type = map(number) }
variable "secrets_generation" { type = string }
variable "open_sign_up" { type = bool }
variable "sign_in_providers" { type = set(string) }
variable "products" { type = set(string) }
variable "licensed_products" { type = set(string) }
variable "metrics" { type = bool }
variable "first_cluster_made" { type = bool }
variable "org_policies" { type = bool }
variable "lock_audit_log" { type = bool }
variable "customer_managed_keys" { type = bool }

variable "paging_channels" { type = list(string) }
variable "runbooks" { type = string }

variable "ci" {
  type = object({
    issuer     = string
    repository = string
  })
}
