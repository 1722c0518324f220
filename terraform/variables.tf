# The five that nobody else can know.

variable "project_id" {
  description = "The project that Hub and its clusters run in. Nothing else should be in it."
  type        = string

  # https://firebase.google.com/docs/hosting/multisites: a site's id has 30 characters at most.
  validation {
    condition     = can(regex("^[a-z][-a-z0-9]{4,20}[a-z0-9]$", var.project_id))
    error_message = "Must be the id of a project, of 22 characters at most: its console is the site <id>-console, and Firebase Hosting takes 30."
  }
}

variable "billing_account" {
  description = "Id of the billing account that the project is linked to: XXXXXX-XXXXXX-XXXXXX."
  type        = string

  validation {
    condition     = can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "Must be an id like 012345-6789AB-CDEF01: gcloud billing accounts list."
  }
}

variable "domain" {
  description = "The console is at this name. The clusters are beside it, below the name that has -clusters at the end of its first label, unless clusters_domain says otherwise. You must be able to add records to both."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.domain))
    error_message = "Must be a domain name in lower case, without a dot at the end."
  }
}

variable "operator_email" {
  description = "Whom alerts and warnings about money are sent to."
  type        = string

  validation {
    condition     = can(regex("^[^@ ]+@[^@ ]+\\.[^@ ]+$", var.operator_email))
    error_message = "Must be an e-mail address."
  }
}

variable "images" {
  description = "Images by digest that run Helm and gcloud in a new cluster, as Docker Hub calls them: each cell pulls them through its own mirror."
  type = object({
    helm      = string
    call_home = string
  })

  validation {
    condition     = alltrue([for image in values(var.images) : can(regex("^[a-z0-9_-]+/[a-z0-9._-]+@sha256:[0-9a-f]{64}$", image))])
    error_message = "Each must be what Docker Hub calls it, by digest and without an address: alpine/helm@sha256:…; what has no owner is library's."
  }
}

# What has a default that does.

variable "region" {
  description = "Where functions and data of the first cell are: on a continent with a place for copies that outlive the region."
  type        = string
  default     = "europe-west1"

  validation {
    condition     = can(regex("^(asia|europe|us)-[a-z]+[0-9]+$", var.region))
    error_message = "Must be a region in Asia, Europe or the United States: elsewhere there is nowhere on the same continent for copies of the database."
  }
}

variable "clusters_domain" {
  description = "Where the clusters of the first cell are: never at or below the console's name. Null: beside it, hub-clusters.example.com for hub.example.com. A name below another registrable domain also keeps their pages from setting cookies for the console. It cannot be changed later."
  type        = string
  default     = null

  validation {
    condition     = var.clusters_domain == null || can(regex("^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", var.clusters_domain))
    error_message = "Must be a domain name in lower case, without a dot at the end."
  }

  validation {
    condition     = var.clusters_domain != null || can(regex("^[^.]{1,54}\\.[^.]+\\.", var.domain))
    error_message = "Must be given: beside a domain of two labels (example.com) no name is yours, and a first label of more than 54 characters has no room for -clusters."
  }

  # Identity Platform lets a name sign people in with all names below it: https://github.com/firebase/firebase-js-sdk/blob/main/packages/auth/src/core/util/validate_origin.ts.
  validation {
    condition     = var.clusters_domain == null || alltrue([for console in [var.domain, "${var.project_id}.firebaseapp.com"] : !endswith(".${coalesce(var.clusters_domain, "none")}", ".${console}")])
    error_message = "Must be neither domain, nor <project_id>.firebaseapp.com, nor below one of them: a page of a cluster could sign people in as the console does, and keep their tokens. Take hub-clusters.example.com for hub.example.com, or better a name below another registrable domain."
  }

  validation {
    condition     = var.clusters_domain == null || !endswith(".${var.domain}", ".${coalesce(var.clusters_domain, "none")}")
    error_message = "The console must not be below it: a cluster could take its name."
  }
}

variable "cells" {
  description = "Further cells: each is a Hub of its own, in a project of its own, with a domain of its own."
  type = map(object({
    project_id      = string
    region          = string
    domain          = string
    clusters_domain = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for name in keys(var.cells) : can(regex("^[a-z][-a-z0-9]{0,30}$", name)) && name != "default"])
    error_message = "Names of cells are labels: lower case, digits and dashes; default is the first one."
  }

  validation {
    condition     = alltrue([for cell in var.cells : can(regex("^(asia|europe|us)-[a-z]+[0-9]+$", cell.region))])
    error_message = "Cells must be in regions in Asia, Europe or the United States: elsewhere there is nowhere on the same continent for copies of the database."
  }

  validation {
    condition     = alltrue([for cell in var.cells : can(regex("^[a-z][-a-z0-9]{4,20}[a-z0-9]$", cell.project_id))])
    error_message = "Projects of cells must have ids of 22 characters at most: the console is the site <id>-console, and Firebase Hosting takes 30."
  }

  validation {
    condition     = length(distinct(concat([var.project_id], [for cell in var.cells : cell.project_id]))) == length(var.cells) + 1
    error_message = "Each cell needs a project of its own: names in it would clash, and what happens in one must not reach another."
  }

  validation {
    condition     = alltrue([for name in flatten([for cell in var.cells : cell.clusters_domain == null ? [cell.domain] : [cell.domain, cell.clusters_domain]]) : can(regex("^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$", name))])
    error_message = "Domains of cells must be domain names in lower case, without a dot at the end."
  }

  validation {
    condition     = alltrue([for cell in var.cells : cell.clusters_domain != null || can(regex("^[^.]{1,54}\\.[^.]+\\.", cell.domain))])
    error_message = "A cell whose domain has two labels (example.com), or a first one of more than 54 characters, must be given clusters_domain: beside it no name is yours, or there is no room for -clusters."
  }

  # Of all cells, the first one too: what a page of any cluster may not be is the same for the console of each.
  validation {
    condition = length(var.cells) == 0 || alltrue(flatten([
      for clusters in concat(
        [var.clusters_domain != null ? var.clusters_domain : replace(var.domain, "/^([^.]+)/", "$1-clusters")],
        [for cell in var.cells : cell.clusters_domain != null ? cell.clusters_domain : replace(cell.domain, "/^([^.]+)/", "$1-clusters")],
        ) : [
        for console in concat(
          [var.domain, "${var.project_id}.firebaseapp.com"],
          flatten([for cell in var.cells : [cell.domain, "${cell.project_id}.firebaseapp.com"]]),
        ) : !endswith(".${clusters}", ".${console}") && !endswith(".${console}", ".${clusters}")
      ]
    ]))
    error_message = "Clusters of no cell may be at or below a console's domain or <project_id>.firebaseapp.com, of whichever cell, nor a console below clusters: a page of a cluster could sign people in as that console does. us-hub.example.com is beside hub.example.com, us.hub.example.com is below it, and so are its clusters by default."
  }
}

variable "limits" {
  description = "What an account and a cell may hold and spend, in clusters and in dollars an hour at list prices; how many clusters a cell makes at once; how often it may be asked, where those per minute are of each instance; up to which age an account is suspended without an operator; and how long other owners may take over the clusters of somebody who leaves."
  type = object({
    account_clusters            = optional(number, 5)
    account_creations_per_hour  = optional(number, 20)
    new_accounts_per_hour       = optional(number, 50)
    young_account_days          = optional(number, 30)
    hand_over_hours             = optional(number, 72)
    account_hourly_dollars      = optional(number, 20)
    account_requests_per_minute = optional(number, 300)
    address_requests_per_minute = optional(number, 1200)
    cell_clusters               = optional(number, 100)
    cell_hourly_dollars         = optional(number, 100)
    cell_making                 = optional(number, 50)
  })
  default = {}
}

variable "kill_switch" {
  description = "No more clusters: whoever asks waits, and pools are not topped up. What stands goes on; nothing is deleted."
  type        = bool
  default     = false
}

variable "monthly_budget" {
  description = "In the currency of the billing account. Above half, nine tenths and all of it, and when it is forecast, operator_email is told. Billing lags by hours: limits are what caps."
  type        = number
  default     = 1000
}

variable "min_instances" {
  description = "Instances of each function that never sleep, by its name: one of api costs about 10 dollars a month and saves a cold start."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.min_instances), keys(jsondecode(file("${path.module}/generated/functions.json"))))) == 0
    error_message = "Each must be the name of a function: generated/functions.json."
  }
}

variable "max_instances" {
  description = "Instances that each function may have at once, by its name, in place of what functions/manifest.ts says. Cloud Run refuses more than the region's quota of CPU has room for."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for most in values(var.max_instances) : most >= 1])
    error_message = "Each function needs one instance at least."
  }

  validation {
    condition     = length(setsubtract(keys(var.max_instances), keys(jsondecode(file("${path.module}/generated/functions.json"))))) == 0
    error_message = "Each must be the name of a function: generated/functions.json."
  }
}

variable "secrets_generation" {
  description = "Any other text than before makes functions that read secrets start anew, and read the newest versions of them."
  type        = string
  default     = "1"
}

variable "open_sign_up" {
  description = "Whether anybody may make an account. Otherwise operators make them."
  type        = bool
  default     = false
}

variable "sign_in_providers" {
  description = "Whose OAuth clients Identity Platform has: the console offers to sign in with these, besides an e-mail address."
  type        = set(string)
  default     = ["google"]

  validation {
    condition     = length(setsubtract(var.sign_in_providers, ["google", "github"])) == 0
    error_message = "Each must be google or github."
  }
}

variable "products" {
  description = "Products of the catalog (shared/catalog) that people may order. Clusters of one that is taken out stay."
  type        = set(string)
  default     = ["pachyderm"]

  validation {
    condition     = length(var.products) > 0
    error_message = "Must name one product at least."
  }
}

variable "licensed_products" {
  description = "Products for whose licensed versions there is a licence, in Secret Manager. It is destroyed there with the product's name here."
  type        = set(string)
  default     = []
}

variable "metrics" {
  description = "Whether functions send metrics to Cloud Monitoring. Without them, alerts on metrics cannot fire."
  type        = bool
  default     = true
}

variable "first_cluster_made" {
  description = "Set it once the project has had its first cluster: only then are there identities of clusters to give a right to, and times to promise."
  type        = bool
  default     = false
}

variable "org_policies" {
  description = "Whether to hold the project to policies of the organisation. Needs an organisation, and roles/orgpolicy.policyAdmin on it."
  type        = bool
  default     = true
}

variable "lock_audit_log" {
  description = "Whether nobody can shorten or delete the audit log, for good. Set it when the deployment is there to stay."
  type        = bool
  default     = false
}

variable "customer_managed_keys" {
  description = "Whether disks and buckets of clusters are encrypted with keys of the project's own, for those that are made from then on. For good: without the keys, what they encrypted is lost."
  type        = bool
  default     = false
}

variable "paging_channels" {
  description = "Whom alerts that page wake, beside the e-mail: ids of notification channels, made by hand in the project of each cell. Without them nobody is woken."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for channel in var.paging_channels : can(regex("^projects/[a-z][-a-z0-9]+/notificationChannels/[0-9]+$", channel))])
    error_message = "Each must be an id like projects/my-hub/notificationChannels/1234567890: gcloud beta monitoring channels list."
  }

  validation {
    condition     = alltrue([for channel in var.paging_channels : contains(concat([var.project_id], [for cell in var.cells : cell.project_id]), split("/", channel)[1])])
    error_message = "Each must be in the project of a cell: a policy tells no channel of another project."
  }
}

variable "runbooks" {
  description = "What alerts lead to: the address of docs/operations.md in your repository."
  type        = string
  default     = "docs/operations.md"
}

variable "ci" {
  description = "Repository whose CI may look at what an apply would change, and sign what it has built. Null: none. For good: the key that signs releases is never destroyed."
  type = object({
    issuer     = string
    repository = string
  })
  default = null
}
