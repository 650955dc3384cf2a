import Docker
import DockerModel
import Linux
import Logging
import Rules

/// A release that the app can go back to, proven to be there.
struct WayBack: Sendable {
    let record: Record
    let target: Target
}

extension Deployment {
    /// Proves, before anything is done, that the last good release can be put back.
    ///
    /// - Returns: nil where there is none; what is missing where it cannot.
    func proveLastGood(_ releases: Releases, _ engine: Engine) async -> Result<WayBack, Failure>? {
        do throws(Failure) {
            if let number = releases.unreadableSinceLastGood {
                throw Failure(
                    "the record of #\(number) cannot be read, and it may be the last good release",
                    hint: "mend or remove it in \(store.folder), or drop it with BERTH_FORCE=1"
                )
            }
            guard let good = releases.wayBack else { return nil }
            return .success(try await prove(good, engine))
        } catch {
            return .failure(error)
        }
    }

    /// Where the app can go back to.
    ///
    /// - Returns: nil where there is nothing to go back to and nothing to lose, or where the drop forces it.
    /// - Throws: what is missing, and how to get out.
    func wayBack(
        _ lastGood: Result<WayBack, Failure>?,
        _ releases: Releases,
        beside target: Target
    ) async throws -> WayBack? {
        do throws(Failure) {
            if let lastGood { return try lastGood.get() }
            guard try await isRunning(target), !releases.endedUnhealthy, !releases.hasOnlyTried else { return nil }
            throw Failure(
                "something of the app runs, and berth has no record of a good release to go back to",
                hint: "drop it once with BERTH_FORCE=1: what is deployed then is the first release that berth knows"
            )
        } catch {
            guard record.directives.isForced else { throw error }
            log.warning("\(name): forced, with no way back: \(error.problem)")
            return nil
        }
    }

    /// Proves one release: its images are on the host, and its Compose file still renders with today's `.env`.
    func prove(_ good: Record, _ engine: Engine) async throws(Failure) -> WayBack {
        do {
            for (service, release) in good.services.sorted(by: { $0.key < $1.key }) {
                try await requireImage(of: service, release, engine)
            }
            let compose = Compose(
                directory: app.directory,
                environment: environment(good.variables),
                file: try store.compose(of: good)
            )
            var target = try await target(compose, engine)
            target.images = good.services
            return WayBack(record: good, target: target)
        } catch {
            let failure = Failure(error)
            throw Failure(
                "the way back to #\(good.number) is not there: \(failure.problem)",
                hint: "mend that, or drop it with BERTH_FORCE=1 to deploy without a way back"
            )
        }
    }

    private func requireImage(of service: ServiceName, _ release: Record.Release, _ engine: Engine) async throws {
        do throws(EngineError) {
            _ = try await engine.image(release.imageID.rawValue)
        } catch {
            guard error.isNotFound else { throw error }
            throw Failure(
                "image \(release.image) of service \(service) (\(release.imageID)) is no longer on the host",
                hint: "pull it again"
            )
        }
    }

    private func isRunning(_ target: Target) async throws(Failure) -> Bool {
        do throws(EngineError) {
            return try await target.engine.containers(project: target.model.name).contains { !$0.labels.isOneOff }
        } catch {
            throw Failure(error)
        }
    }
}
