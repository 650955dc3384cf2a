import DockerModel

/// What the variables of a drop decide in a Compose file, beside tags and plain values.
///
/// A drop comes from CI over the spool, so its variables may be an attacker's. They may not choose another repository, a
/// path outside the app's folder, or more rights for a container.
package struct Choices: Equatable, Sendable {
    /// An image in another repository than the file spells out.
    package struct Image: Equatable, Sendable {
        package let service: ServiceName
        package let reference: ImageReference
    }

    /// A path on the host.
    package struct Path: Equatable, Sendable {
        /// What the path is for, such as `a volume of service app`.
        package let subject: String
        package let path: String

        /// Another path for the same.
        package func at(_ path: String) -> Path { Path(subject: subject, path: path) }
    }

    package private(set) var images: [Image] = []
    /// Paths with the values of variables.
    package private(set) var paths: [Path] = []
    /// Paths as the file has them, which Compose has to put values into.
    package private(set) var writtenPaths: [Path] = []
    /// What no variable of a drop may decide at all, such as `privileged of service app`.
    package private(set) var barred: [String] = []

    /// Of a drop without variables.
    package init() {}

    /// - Parameters:
    ///   - template: the file before Compose puts variables into it.
    ///   - model: the same with the values.
    ///   - images: those of that model.
    ///   - names: the drop's variables.
    ///   - environment: the text of `.env`, whose variables may in turn use those of the drop.
    package init(
        template: JSON,
        model: JSON,
        images: [ImageUse: ImageReference],
        names: Set<String>,
        environment: String
    ) {
        let chosen = Chosen(names: names, environment: environment)
        for (use, image) in images.sorted(by: { $0.key < $1.key }) { examine(image, of: use, in: template, chosen) }
        for (name, service) in template["services"].members.sorted(by: { $0.key < $1.key }) {
            examine(service, model["services"][name], of: name, chosen)
        }
        for kind in ["secrets", "configs"] {
            for (name, entry) in template[kind].members.sorted(by: { $0.key < $1.key })
            where chosen.decide(entry["file"]) {
                guard let file = model[kind][name]["file"].text else { continue }
                paths.append(Path(subject: "the file of \(kind.dropLast()) \(name)", path: file))
            }
        }
        for kind in ["volumes", "networks"] {
            for (name, entry) in template[kind].members.sorted(by: { $0.key < $1.key }) {
                examine(
                    entry,
                    model[kind][name],
                    of: "\(kind.dropLast()) \(name)",
                    project: model["name"].text ?? "",
                    chosen
                )
            }
        }
    }

    /// The keys of a service, and of its hooks, that decide what a container may do on the host.
    private static let rights: Set<String> = [
        "privileged", "cap_add", "devices", "device_cgroup_rules", "security_opt", "network_mode", "pid", "ipc", "uts",
        "userns_mode", "cgroup", "cgroup_parent", "volumes_from", "runtime", "group_add", "credential_spec",
        "use_api_socket", "provider", "gpus",
    ]

    private mutating func examine(_ service: JSON, _ rendered: JSON, of name: String, _ chosen: Chosen) {
        for key in service.members.keys.sorted() where Self.rights.contains(key) && chosen.decide(service[key]) {
            barred.append("\(key) of service \(name)")
        }
        for (key, hooks) in service.members.sorted(by: { $0.key < $1.key })
        where key.hasPrefix("pre_") || key.hasPrefix("post_") {
            if hooks.elements.contains(where: { chosen.decide($0["privileged"]) }) {
                barred.append("privileged in \(key) of service \(name)")
            }
        }
        for key in ["env_file", "label_file"] where chosen.decide(service[key]) {
            let files =
                service[key].elements.compactMap { $0["path"].text ?? $0.text } + [service[key].text].compactMap(\.self)
            writtenPaths += files.filter { chosen.decide(.string($0)) }
                .map { Path(subject: "\(key) of service \(name)", path: $0) }
        }
        guard chosen.decide(service["volumes"]) else { return }
        // Compose's older versions garble a short form that begins with a variable, so the entries cannot be paired.
        let written = Set(service["volumes"].elements.compactMap { $0["source"].text })
        for volume in rendered["volumes"].elements where volume["type"].text == "bind" {
            guard let source = volume["source"].text, !written.contains(source) else { continue }
            paths.append(Path(subject: "a volume of service \(name)", path: source))
        }
    }

    private mutating func examine(_ image: ImageReference, of use: ImageUse, in template: JSON, _ chosen: Chosen) {
        guard let written = use.name(in: template) else {
            // A place that a variable makes is not found in the template. A service without an image has a `build`.
            let service = template["services"][use.service.rawValue]
            if !use.isService, chosen.decide(service) { images.append(Image(service: use.service, reference: image)) }
            return
        }
        guard chosen.decide(.string(written)) else { return }
        let rest = written.dropFirst(image.repository.count)
        let isWritten = written.hasPrefix(image.repository) && !image.repository.contains("$")
        guard !isWritten || !(rest.isEmpty || rest.first == ":" || rest.first == "@") else { return }
        images.append(Image(service: use.service, reference: image))
    }

    private mutating func examine(
        _ resource: JSON,
        _ rendered: JSON,
        of subject: String,
        project: String,
        _ chosen: Chosen
    ) {
        for key in ["driver", "external"] where chosen.decide(resource[key]) { barred.append("\(key) of \(subject)") }
        if chosen.decide(resource["name"]), let name = rendered["name"].text {
            // With another prefix it could be another app's.
            if !name.hasPrefix("\(project)_"), !name.hasPrefix("\(project)-") {
                barred.append("the name of \(subject)")
            }
        }
        for (key, option) in resource["driver_opts"].members.sorted(by: { $0.key < $1.key }) where chosen.decide(option)
        {
            if key == "device", let path = rendered["driver_opts"][key].text {
                paths.append(Path(subject: "the device of \(subject)", path: path))
            } else {
                barred.append("\(key) of \(subject)")
            }
        }
    }
}

/// The names whose values a drop decides: its own, and those that `.env` makes from them.
private struct Chosen {
    private let names: Set<String>

    init(names: Set<String>, environment: String) {
        let variables = Dotenv(environment).variables
        var names = names
        while let next = variables.first(where: { !names.contains($0.name) && !$0.uses.isDisjoint(with: names) }) {
            names.insert(next.name)
        }
        self.names = names
    }

    /// Whether a variable of the drop is in a part of the file, however deep.
    func decide(_ part: JSON) -> Bool {
        switch part {
        case .string(let text): !text.variables.isDisjoint(with: names)
        case .array(let elements): elements.contains(where: decide)
        case .object(let members): members.values.contains(where: decide)
        case .null, .bool, .integer, .number: false
        }
    }
}
