# Places for secrets. What is in them is made by `npm run keys`, and never is in Terraform's state.

variable "project_id" { type = string }
variable "licensed_products" { type = set(string) }

variable "secrets" {
  type = map(object({
    what     = string
    optional = bool
  }))
}

locals {
  needed   = { for id, secret in var.secrets : id => secret if !secret.optional }
  optional = { for id, secret in var.secrets : id => secret if secret.optional && contains(var.licensed_products, split("-", id)[0]) }

  made = merge(google_secret_manager_secret.this, google_secret_manager_secret.optional)
}

resource "google_secret_manager_secret" "this" {
  for_each = local.needed

  project     = var.project_id
  secret_id   = each.key
  annotations = { what = each.value.what }

  # In many places, so that they outlive a region.
  replication {
    auto {}
  }

  # What was signed with it could not be checked any more.
  lifecycle {
    prevent_destroy = true
  }
}

# A licence: whoever gave it has it, and nothing was signed with it.
resource "google_secret_manager_secret" "optional" {
  for_each = local.optional

  project     = var.project_id
  secret_id   = each.key
  annotations = { what = each.value.what }

  replication {
    auto {}
  }

  # One that is not wanted any more goes after the functions that read it have been told.
  lifecycle {
    create_before_destroy = true
  }
}

moved {
  from = google_secret_manager_secret.this["pachyderm-license"]
  to   = google_secret_manager_secret.optional["pachyderm-license"]
}

# Makes the first version of each that has none; those that have one are left alone. A licence it only asks for.
resource "terraform_data" "first_versions" {
  triggers_replace = sort(keys(local.made))

  provisioner "local-exec" {
    command     = "npm run keys -- --project ${var.project_id} --secrets ${join(",", sort(keys(local.made)))}"
    working_dir = "${path.module}/../../.."
  }
}

output "ids" {
  description = "By name; each has a version."
  value       = { for id, secret in local.made : id => secret.id }
  depends_on  = [terraform_data.first_versions]
}
