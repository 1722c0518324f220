# Where clusters are: one network, a subnetwork in each region they may be in, a way out, and none from one to another.

variable "project_id" { type = string }
variable "regions" { type = list(string) }

locals {
  # For nodes: 16,382 in each region, and 64 such ranges. 10.0.0.0/8 is left to pods: GKE gives
  # each cluster a /19 of it, and a subnetwork takes 170 such ranges (https://cloud.google.com/vpc/docs/quota#per_network).
  nodes = "172.16.0.0/12"
  # The functions find the subnetwork of any region by this one name.
  name = "hub-leaves"
}

resource "google_compute_network" "leaves" {
  project                 = var.project_id
  name                    = local.name
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"
}

resource "google_compute_subnetwork" "leaves" {
  # A region is added at the end, so that those that stand keep their ranges.
  for_each = { for index, region in var.regions : region => cidrsubnet(local.nodes, 6, index) }

  project                  = var.project_id
  name                     = local.name
  region                   = each.key
  network                  = google_compute_network.leaves.id
  ip_cidr_range            = each.value
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.1
    metadata             = "EXCLUDE_ALL_METADATA"
  }

  lifecycle {
    prevent_destroy = true
    # GKE adds a range for the pods of each cluster and takes it away again.
    ignore_changes = [secondary_ip_range]
  }
}

resource "google_compute_router" "leaves" {
  for_each = google_compute_subnetwork.leaves

  project = var.project_id
  name    = local.name
  region  = each.key
  network = google_compute_network.leaves.id
}

# Nodes have no public addresses; pipelines of users call the world.
resource "google_compute_router_nat" "leaves" {
  for_each = google_compute_router.leaves

  project                             = var.project_id
  name                                = local.name
  region                              = each.key
  router                              = each.value.name
  nat_ip_allocate_option              = "AUTO_ONLY"
  source_subnetwork_ip_ranges_to_nat  = "ALL_SUBNETWORKS_ALL_IP_RANGES"
  enable_dynamic_port_allocation      = true
  enable_endpoint_independent_mapping = false
  min_ports_per_vm                    = 64
  max_ports_per_vm                    = 4096

  log_config {
    enable = true
    filter = "ERRORS_ONLY"
  }
}

# Behind the rules that GKE makes for each cluster, which let in its own pods, its control plane and its load balancers.
resource "google_compute_firewall" "deny_between" {
  project       = var.project_id
  name          = "hub-deny-between-leaves"
  description   = "A cluster is not reached from another one."
  network       = google_compute_network.leaves.id
  direction     = "INGRESS"
  priority      = 65000
  source_ranges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"]

  deny {
    protocol = "all"
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

# Mining is what free clusters are taken for. Pools move; this stops the careless, and the budget the others.
resource "google_compute_firewall" "deny_mining" {
  project            = var.project_id
  name               = "hub-deny-mining"
  description        = "Usual ports of mining pools (stratum)."
  network            = google_compute_network.leaves.id
  direction          = "EGRESS"
  priority           = 900
  destination_ranges = ["0.0.0.0/0"]

  deny {
    protocol = "tcp"
    ports    = ["3333", "4444", "5555", "7777", "14433", "14444", "45560", "45700"]
  }

  log_config {
    metadata = "EXCLUDE_ALL_METADATA"
  }
}

resource "google_service_account" "nodes" {
  project      = var.project_id
  account_id   = "hub-nodes"
  display_name = "Nodes of clusters: write logs and metrics, pull images, and nothing else"
}

resource "google_project_iam_member" "nodes" {
  project = var.project_id
  role    = "roles/container.defaultNodeServiceAccount"
  member  = google_service_account.nodes.member
}

output "network" { value = google_compute_network.leaves.name }
output "subnetwork" {
  value      = local.name
  depends_on = [google_compute_subnetwork.leaves]
}
output "node_account" { value = google_service_account.nodes.email }
output "node_account_name" { value = google_service_account.nodes.name }
