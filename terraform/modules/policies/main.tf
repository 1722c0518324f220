# What nobody in the project may do, whatever their roles. Needs an organisation above the project. Before the APIs that make something by
# themselves: none of these takes away what is there.

variable "project_id" { type = string }

locals {
  # https://cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints
  enforced = toset([
    "compute.skipDefaultNetworkCreation",
    "iam.automaticIamGrantsForDefaultServiceAccounts",
    "iam.disableServiceAccountKeyCreation",
    "iam.disableServiceAccountKeyUpload",
    "storage.publicAccessPrevention",
    "storage.uniformBucketLevelAccess",
  ])
}

resource "google_org_policy_policy" "enforced" {
  for_each = local.enforced

  name   = "projects/${var.project_id}/policies/${each.key}"
  parent = "projects/${var.project_id}"

  spec {
    rules {
      enforce = "TRUE"
    }
  }
}

# Nodes are private, and load balancers have addresses of their own: no machine needs one.
resource "google_org_policy_policy" "external_addresses" {
  name   = "projects/${var.project_id}/policies/compute.vmExternalIpAccess"
  parent = "projects/${var.project_id}"

  spec {
    rules {
      deny_all = "TRUE"
    }
  }
}

# The three functions that answer HTTP are for everybody, who then have to say who they are.
resource "google_org_policy_policy" "members" {
  name   = "projects/${var.project_id}/policies/iam.allowedPolicyMemberDomains"
  parent = "projects/${var.project_id}"

  spec {
    inherit_from_parent = false
    rules {
      allow_all = "TRUE"
    }
  }
}

# Whoever takes the project from here waits until all of them hold.
output "project_id" {
  value = var.project_id
  depends_on = [
    google_org_policy_policy.enforced,
    google_org_policy_policy.external_addresses,
    google_org_policy_policy.members,
  ]
}
