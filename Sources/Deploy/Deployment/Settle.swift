import Docker
import DockerModel
import Linux
import Rules

extension Deployment {
    /// `docker image prune -f`, after the deployment.
    ///
    /// What the new release has replaced is mostly kept until the verdict: see ``letGo(_:)``.
    func settle(_ target: Target) async {
        if let disk = await diskGuard(target.engine) { _ = await prune(disk, .dangling) }
    }
}
