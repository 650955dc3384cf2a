extension Deployment {
    /// `docker image prune -f`, after the deployment: what the new release has replaced.
    func settle(_ target: Target) async {
        _ = await prune(diskGuard(target), .dangling)
    }
}
