import Docker
import DockerModel
import Rules

/// Proves that a release on record can run again: its images are on the host, and its Compose file still renders.
struct Proof: Sendable {
    let reader: ReleaseReader
    let session: EngineSession

    func wayBack(to number: Int) async throws(Failure) -> WayBack {
        do {
            let record = try reader.store.record(number)
            var found: [ImageID: Image] = [:]
            for (use, image) in record.release.sorted(by: { $0.key < $1.key }) where found[image.imageID] == nil {
                found[image.imageID] = try await require(image, of: use, record)
            }
            let (release, isRemembered) = try await reader.onRecord(record)
            return WayBack(
                number: number,
                release: release,
                files: try reader.store.files(of: record),
                isRemembered: isRemembered,
                found: found
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

    private func require(_ image: Record.Service, of use: ImageUse, _ record: Record) async throws -> Image {
        do throws(EngineError) {
            return try await session.image(image.imageID.rawValue)
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
