import Docker
import Logging

extension Deployment {
    /// Lets go of the images that are kept for no release any more: of bad ones, and of good ones beyond the app's `keep`.
    ///
    /// Only berth's own name of an image goes; an image that has another name, or a container, stays.
    ///
    /// - Parameter verdict: how this deployment ends, or is about to.
    func letGo(_ engine: Engine, as verdict: Verdict) async {
        do {
            let kept = try releases(with: verdict).kept(app.keep)
            for image in try await engine.images() {
                for tag in image.repoTags {
                    guard let (app, number) = KeepTag.parse(tag.rawValue), app == "\(record.app)" else { continue }
                    if !kept.contains(number) { await letGo(tag, engine) }
                }
            }
        } catch {
            log.warning("\(name): images that are no longer kept could not be let go: \(Failure(error).problem)")
        }
    }

    private func letGo(_ tag: ImageReference, _ engine: Engine) async {
        do throws(EngineError) {
            try await engine.removeImage(tag.rawValue)
        } catch {
            // A container still needs the image, and this is its last name.
            log.debug("\(name): \(tag) stays: \(error)")
        }
    }

    /// The name by which this deployment keeps a service's image.
    func keepTag(_ service: ServiceName) -> ImageReference {
        ImageReference(rawValue: KeepTag.reference(app: "\(record.app)", service: "\(service)", number: record.number))
    }

    /// What the app's records say; one that cannot be read is named, and does not count.
    func releases() throws -> Releases {
        let (records, unreadable) = try store.records()
        for error in unreadable { log.warning("\(name): \(error)") }
        return Releases(records)
    }

    private func releases(with verdict: Verdict) throws -> Releases {
        var own = record
        own.verdict = verdict
        return Releases(try store.records().records.filter { $0.number != own.number } + [own])
    }
}
