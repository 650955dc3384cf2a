import Docker
import DockerModel
import Rules

extension FuzzTarget {
    /// What `docker compose config` prints becomes a model, with the policy of its `x-berth`.
    static let compose = FuzzTarget("compose") { bytes in
        if let version = DockerVersion(json: bytes) {
            try hold("a version is what it says", DockerVersion("\(version)") == version)
        }
        try checkDollars(bytes)
        guard let model = try? ComposeModel(json: bytes) else { return }
        try checkModel(model)
        let policy: Policy
        do throws(ComposeModelError) {
            policy = try model.policy(Policy.self, key: "x-berth") ?? Policy()
        } catch {
            return try hold("a mistake in a policy is named", !error.problem.isEmpty)
        }
        try checkPolicy(policy)
        guard (try? policy.check(against: model)) != nil else { return }
        try checkScope(of: model, policy)
    }

    private static func checkDollars(_ bytes: [UInt8]) throws {
        let dollar = UInt8(ascii: "$")
        let doubled = bytes.reduce(into: [UInt8]()) { doubled, byte in
            doubled.append(byte)
            if byte == dollar { doubled.append(byte) }
        }
        try hold("each second dollar goes", ComposeModel.undoubled(doubled) == bytes)
        let others = ComposeModel.undoubled(bytes).filter { $0 != dollar }
        try hold("nothing but a dollar goes", others == bytes.filter { $0 != dollar })
    }

    private static func checkModel(_ model: ComposeModel) throws {
        for (name, service) in model.services {
            try hold("a count has 31 bits", 0...Int(Int32.max) ~= service.replicas)
            if let healthcheck = service.healthcheck { try checkHealthcheck(healthcheck) }
            let dependencies = model.dependencies(of: name)
            try hold("services depend on services", dependencies.keys.allSatisfy { model.services[$0] != nil })
        }
        try hold(
            "each service that is no provider's has an image",
            model.services.allSatisfy { name, service in
                service.isProvided || model.images[ImageUse(name)] != nil
            }
        )
        _ = (model.endingServices, model.withoutExtensions, model.images.keys.map(\.inWords))
        try checkOverride(of: model)
    }

    /// The file for a step says what it should of each service and each network, whatever their names are.
    private static func checkOverride(of model: ComposeModel) throws {
        let override = ComposeOverride(stepIn: "web", "sha256:01", of: model, existing: Set(model.networks.values))
        let lines = try override.text().split(separator: UInt8(ascii: "\n"))
        let services = try JSON(bytes: lines.first?.dropFirst("services: ".utf8.count) ?? []).members
        let unpulled = model.services.filter { !$0.value.isProvided }.keys
        try hold("a step has its image", services["web"]?["image"] == .string("sha256:01"))
        try hold("no other service is there", Set(services.keys) == Set(unpulled.map(\.rawValue)).union(["web"]))
        try hold(
            "nothing is pulled",
            unpulled.allSatisfy { services[$0.rawValue]?["pull_policy"] == .string("never") }
        )
        let count = model.networks.isEmpty ? 0 : model.networks.count + 1
        try hold("each network has a line", lines.count == 1 + count)
    }

    private static func checkPolicy(_ policy: Policy) throws {
        let health = policy.health
        for time in [health.timeout, health.stable, health.observe] as [Duration?] {
            try hold("a time is a day at most", time.map { .zero...Duration.day ~= $0 } ?? true)
        }
        try hold("a timeout is not zero", health.timeout != .zero)
        for step in policy.steps {
            try hold("a step has a name and a command", !step.name.isEmpty && !step.command.isEmpty)
            try hold("a step may take a day at most", step.timeout > .zero && step.timeout <= .day)
            guard let output = step.output else { continue }
            try hold(
                "an output is a file's name",
                !output.file.isEmpty && output.file.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "/") }
            )
            try hold("so many outputs stay", 1...1000 ~= output.keep && output.atLeast > 0)
        }
        for file in policy.files { try checkPath(file.path) }
    }

    private static func checkScope(of model: ComposeModel, _ policy: Policy) throws {
        guard let scope = try? FileScope(of: model, policy, in: "/srv/shop") else { return }
        for (index, root) in scope.roots.enumerated() {
            try checkPath(root)
            try hold(
                "no root lies in another",
                scope.roots.indices.allSatisfy { $0 == index || !scope.roots[$0].contains(root) }
            )
            try hold("a root is not the server's", !scope.left.contains { $0.contains(root) })
        }
    }
}
