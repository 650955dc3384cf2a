import Docker
import Logging

extension Deployment {
    /// `docker compose up -d --remove-orphans`, which is the switch.
    ///
    /// It is not cut short when the agent is stopped: a half-switched app would be left without anybody to finish it.
    ///
    /// - Returns: the gate that the app must pass.
    func up(_ target: Target) async throws -> Gate {
        try await nameImages(of: target)
        let before = try await health(target).samples()
        let command = target.compose.up()
        try await unbroken { () async throws(CommandError) in try await self.stream(command) }
        return Gate(
            expected: target.expectations,
            policy: target.policy.health,
            restartsBefore: Dictionary(before.map { ($0.container, $0.restarts) }) { one, _ in one },
            oomKilledBefore: Set(before.filter(\.oomKilled).map(\.container)),
            began: Timestamp.now.sinceEpoch
        )
    }

    /// Lets the references that the Compose file names stand for the release's own images, whatever they stand for today.
    private func nameImages(of target: Target) async throws(EngineError) {
        for release in target.images.values where release.image.digest == nil && !release.image.isImageID {
            try await target.engine.tag(release.imageID, as: release.image)
        }
    }
}

extension ImageReference {
    /// Whether a Compose file names the image by its ID alone.
    fileprivate var isImageID: Bool { rawValue.hasPrefix("sha256:") }
}
