import Testing

@testable import DockerModel
@testable import Rules

@Suite struct PullPlanTests {
    private func service(
        _ image: ImageReference?,
        _ others: [String: ImageReference] = [:],
        isProvided: Bool = false,
        policy: String? = nil
    ) -> ComposeModel.Service {
        ComposeModel.Service(
            image: image,
            replicas: 1,
            dependencies: [:],
            healthcheck: nil,
            otherImages: others,
            isProvided: isProvided,
            pullPolicy: policy,
            binds: [],
            configs: [],
            publishesPorts: false
        )
    }

    private func model(_ services: [ServiceName: ComposeModel.Service]) -> ComposeModel {
        ComposeModel(
            name: "shop",
            services: services,
            networks: [:],
            configFiles: [:],
            secretFiles: [],
            extensions: [:]
        )
    }

    @Test func bringsEveryImageOnce() {
        let model = model([
            "app": service(
                "shop:1",
                ["/a": "assets:1", "/b": "shop:1", "pre_start.1": "assets:1", "pre_start.2": "tools"]
            ),
            "worker": service(nil), "proxy": service(nil, isProvided: true),
        ])
        let plan = PullPlan(model, settled: [])
        #expect(plan.services == ["app"] && plan.isWhole)
        #expect(plan.others == ["assets:1", "tools"])
        #expect(plan.brings("assets:1", of: model) && plan.brings("shop:1", of: model))
        #expect(!plan.brings("shop-worker", of: model))
    }

    @Test(arguments: ["never", "build"])
    func respectsWhatTheComposeFileForbids(policy: String) {
        let model = model(["app": service("shop:1", ["/a": "assets:1"], policy: policy), "web": service("web:1")])
        let plan = PullPlan(model, settled: [])
        #expect(plan.services == ["web"] && plan.others.isEmpty && !plan.isWhole)
        #expect(!plan.brings("shop:1", of: model))
    }

    @Test(arguments: ["always", "missing", "if_not_present", "daily", "every_12h"])
    func pullsAnewWhateverElseThePolicyIs(policy: String) {
        let plan = PullPlan(model(["app": service("shop:1", policy: policy)]), settled: [])
        #expect(plan.services == ["app"] && plan.isWhole)
    }

    @Test func leavesOutWhatCannotChange() {
        let model = model(["app": service("shop@sha256:1", ["/a": "local:1"]), "web": service("web@sha256:2")])
        let some = PullPlan(model, settled: ["shop@sha256:1", "local:1"])
        #expect(some.services == ["web"] && some.others.isEmpty && !some.isWhole && !some.isEmpty)
        #expect(PullPlan(model, settled: ["shop@sha256:1", "local:1", "web@sha256:2"]).isEmpty)
    }
}
