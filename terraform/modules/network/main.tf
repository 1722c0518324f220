# Where clusters are: one network, a way out of each region they may be in, and no way from one to another. Each cluster has a subnetwork of its
# own, which GKE makes and takes away with it; why not Terraform: ../../../docs/decisions/0017-a-subnetwork-for-each-cluster.md.

variable "project_id" { type = string }
variable "regions" { type = list(string) }

locals {
  name = "hub-leaves"
  # Whatever GKE may give to nodes and pods: https://cloud.google.com/vpc/docs/subnets#valid-ranges
  private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "240.0.0.0/4"]
}

resource "google_compute_network" "leaves" {
  project                 = var.project_id
  name                    = local.name
  auto_create_subnetworks = false
  routing_mode            = "REGIONAL"
}

# Those that clusters shared before stay as long as there are any in them.
removed {
  from = google_compute_subnetwork.leaves

  lifecycle {
    destroy = false
  }
}

resource "google_compute_router" "leaves" {
  for_each = toset(var.regions)

  project = var.project_id
  name    = local.name
  region  = each.key
  network = google_compute_network.leaves.id
}

# Nodes have no public addresses; pipelines of users call the world. Where it is, Google's own APIs are reached without it:
# https://cloud.google.com/nat/docs/nat-product-interactions#interaction-pga
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

# Behind the rules that GKE makes for each cluster, which let in its own nodes and pods, its control plane and its load balancers:
# https://cloud.google.com/kubernetes-engine/docs/concepts/firewall-rules#cluster-fws
resource "google_compute_firewall" "deny_between" {
  project       = var.project_id
  name          = "hub-deny-between-leaves"
  description   = "A cluster is not reached from another one."
  network       = google_compute_network.leaves.id
  direction     = "INGRESS"
  priority      = 65000
  source_ranges = local.private

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

# What workloads may do in the bucket of their cluster, to which Hub binds it; it is bound to nothing here. Not roles/storage.objectUser:
# functions/bucket-access.ts, which knows its name.
resource "google_project_iam_custom_role" "cluster_data" {
  project     = var.project_id
  role_id     = "hub_cluster_data"
  title       = "Hub: objects of a cluster"
  permissions = ["storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list"]
}

output "network" {
  value = google_compute_network.leaves.name
  # No cluster before what keeps it apart from the others, what it reaches the world by, and what its workloads may do.
  depends_on = [google_compute_firewall.deny_between, google_compute_router_nat.leaves, google_project_iam_custom_role.cluster_data]
}
output "node_account" { value = google_service_account.nodes.email }
output "node_account_name" { value = google_service_account.nodes.name }
