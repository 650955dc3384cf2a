extension Deployment {
    /// `docker image prune -f`, after the deployment: what the new release has replaced, beyond what is kept.
    func settle(_ target: Target) async {
        await letGo(target.engine, as: .deployed)
        await pruneDanglingImages(target)
    }
}
