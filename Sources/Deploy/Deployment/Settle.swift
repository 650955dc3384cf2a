extension Deployment {
    /// `docker image prune -f`, after the deployment: what the new release has replaced.
    func settle(_ target: Target) async {
        if let disk = await diskGuard(target) { _ = await prune(disk, .dangling) }
    }
}
