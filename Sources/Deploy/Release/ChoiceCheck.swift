import Docker
import DockerModel
import Linux
import Rules
import SystemPackage

/// Refuses a drop whose variables choose more than tags and plain values. `BERTH_FORCE` does not help.
struct ChoiceCheck: Sendable {
    let app: AppSettings
    /// The record of the last good release; nil before the first one.
    let good: Record?
    let host: Host
    let tools: Tools

    /// - Returns: what they choose.
    func check(_ delivered: Delivered, _ variables: [String: String]) async throws -> Choices {
        guard !variables.isEmpty else { return Choices() }
        let choices = try delivered.choices ?? choices(in: delivered, Set(variables.keys))
        if let barred = choices.barred.first {
            throw Failure(
                .valueNotAllowed,
                barred,
                "is decided by a variable of the drop",
                hint: "write the value in the Compose file, or set the variable in .env alone"
            )
        }
        for image in choices.images { try check(image) }
        for path in choices.paths { try check(path) }
        let written = choices.writtenPaths
        let places = try await Interpolation(compose: delivered.folder, tools: tools).places(of: written.map(\.path))
        for (path, places) in zip(written, places) {
            for place in places { try check(path.at(place)) }
        }
        return choices
    }

    private func choices(in delivered: Delivered, _ names: Set<String>) throws -> Choices {
        guard let template = delivered.template, let rendered = delivered.rendered else {
            throw Failure(
                .composeInvalid,
                "docker compose config --no-interpolate",
                "fails, so what the drop's variables choose is not known",
                hint: "see what it says in \(app.directory); a path in include or extends takes no variables"
            )
        }
        return Choices(
            template: template,
            model: try JSON(bytes: ComposeModel.undoubled(rendered)),
            images: delivered.release.model.images,
            names: names,
            environment: app.environmentFile
        )
    }

    private func check(_ image: Choices.Image) throws(Failure) {
        let subject = "image \(image.reference) of service \(image.service)"
        let hint = "if the app may use this repository, add it to images in the app's settings"
        if let images = app.images {
            guard !images.contains(where: { $0.matches(image.reference) }) else { return }
            let problem = "comes from a repository that a variable of the drop chose and that images does not allow"
            throw Failure(.repositoryNotAllowed, subject, problem, hint: hint)
        }
        // The first deployment sets what is allowed.
        guard let good else { return }
        guard !good.release.values.contains(where: { $0.image.repository == image.reference.repository }) else {
            return
        }
        throw Failure(
            .repositoryNotAllowed,
            subject,
            "comes from a repository that a variable of the drop chose and that #\(good.number) did not have",
            hint: hint
        )
    }

    /// The path itself is not quoted: a value of `.env` may be in it.
    private func check(_ path: Choices.Path) throws(Failure) {
        guard !isInside(path.path) else { return }
        throw Failure(
            .pathNotAllowed,
            path.subject,
            "leads out of the app's folder by a variable of the drop",
            hint: "keep it inside \(app.directory), or write the path without the drop's variables"
        )
    }

    private func isInside(_ path: String) -> Bool {
        guard !path.hasPrefix("~"), let place = try? File.resolved(app.directory.pushing(FilePath(path))),
            let folder = try? File.resolved(app.directory)
        else { return false }
        return place.starts(with: folder)
    }
}
