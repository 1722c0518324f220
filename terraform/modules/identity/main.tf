# Who people are. Signing in with Google or GitHub needs an OAuth client, which only a person can make: docs/deploy.md.

variable "project_id" { type = string }
variable "domain" { type = string }
variable "open_sign_up" { type = bool }
variable "sign_in_providers" { type = set(string) }

resource "google_identity_platform_config" "this" {
  project = var.project_id

  # Addresses of people who never came back are not kept for ever.
  autodelete_anonymous_users = true

  sign_in {
    allow_duplicate_emails = false

    email {
      enabled           = true
      password_required = true
    }

    anonymous {
      enabled = false
    }
  }

  client {
    permissions {
      disabled_user_signup   = !var.open_sign_up
      disabled_user_deletion = true
    }
  }

  authorized_domains = [var.domain, "${var.project_id}.firebaseapp.com"]

  monitoring {
    request_logging {
      enabled = true
    }
  }

  # All accounts go with it.
  lifecycle {
    prevent_destroy = true
  }
}

# For the console, which shows no others.
output "ways" { value = join(",", concat(sort(var.sign_in_providers), ["password"])) }
