import Docker
import Logging

extension Deployment {
    /// `docker image prune -f`, before the pull.
    func makeRoom(_ target: Target) async {
        await pruneDanglingImages(target)
    }

    /// Removes images that no name and no container refers to. That it fails, or has to be left out, is no reason to stop.
    func pruneDanglingImages(_ target: Target) async {
        do throws(EngineError) {
            let report = try await context.imageLock.prune { () async throws(EngineError) in
                try await target.engine.pruneDanglingImages()
            }
            guard let report else {
                log.info("\(name): dangling images stay for now, since another app pulls")
                return
            }
            if !report.imagesDeleted.isEmpty {
                log.info(
                    "\(name): removed \(report.imagesDeleted.count) dangling images, \(report.spaceReclaimed) bytes"
                )
            }
        } catch {
            log.warning("\(name): dangling images could not be removed: \(error)")
        }
    }
}
