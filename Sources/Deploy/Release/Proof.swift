import Docker
import DockerModel
import Rules

/// Proves that a release on record can run again: its images are on the host, and its Compose file still renders.
struct Proof: Sendable {
    let reader: ReleaseReader
    let session: EngineSession
    /// Images that are on the host for certain.
    var inUse: Set<ImageID> = []

    func wayBack(to number: Int) async throws(Failure) -> WayBack {
        do {
            let record = try reader.store.record(number)
            try await requireImages(record)
            let (release, isRemembered) = try await reader.onRecord(record)
            return WayBack(
                number: number,
                release: release,
                files: try reader.store.files(of: record),
                isRemembered: isRemembered
            )
        } catch let error as EngineError where error.isOutage {
            // The way back may well be there.
            throw Failure(error)
        } catch let failure as Failure where failure.cause == .commandFailed {
            // Compose has not answered.
            throw failure
        } catch {
            throw Failure(any: error).within("the way back to #\(number) is not usable:", as: .wayBackMissing)
        }
    }

    /// Looks all images up at the same time, but for those in use.
    ///
    /// - Throws: of several that are missing, the first one in the order of their uses.
    private func requireImages(_ record: Record) async throws {
        let wanted = record.release.filter { !inUse.contains($0.value.imageID) }
        let uses = Dictionary(wanted.map { ($1.imageID, $0) }) { min($0, $1) }
        let failures = await withTaskGroup(of: (use: ImageUse, error: any Error)?.self) { group in
            for use in uses.values {
                guard let image = record.release[use] else { continue }
                group.addTask {
                    do {
                        try await require(image, of: use, record)
                        return nil
                    } catch {
                        return (use, error)
                    }
                }
            }
            return await group.reduce(into: [(use: ImageUse, error: any Error)]()) { all, one in
                if let one { all.append(one) }
            }
        }
        if let first = failures.min(by: { $0.use < $1.use }) { throw first.error }
    }

    private func require(_ image: Record.Service, of use: ImageUse, _ record: Record) async throws {
        do throws(EngineError) {
            _ = try await session.image(image.imageID.rawValue)
        } catch {
            guard error.isNotFound else { throw error }
            let subject = "image \(image.image) of \(use.inWords) (\(image.imageID))"
            if let former = record.docker?.imageStore, let store = try? await session.info().imageStore, store != former
            {
                throw Failure(
                    .imageMissing,
                    subject,
                    "is no longer on the host: since then, the Engine's image store was switched from \(former) to \(store)",
                    hint: "switch the store back in /etc/docker/daemon.json"
                )
            }
            throw Failure(.imageMissing, subject, "is no longer on the host", hint: "pull it again")
        }
    }
}
