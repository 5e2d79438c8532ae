// dotnet tool restore && dotnet cake --target=Align
var target = Argument("target", "Test");
var configuration = Argument("configuration", "Release");
var backend = Argument("backend", "cpu");
var artifacts = Directory("artifacts");

DotNetMSBuildSettings Settings() => new DotNetMSBuildSettings { MaxCpuCount = 1 }.WithProperty("TorchBackend", backend);

void RunTests(string project, string name, string filter = null)
{
    DotNetTest(project, new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = filter,
        ResultsDirectory = artifacts,
        Loggers = new[] { $"trx;LogFileName={name}.trx", "console;verbosity=normal" },
        MSBuildSettings = Settings(),
    });
}

Task("Clean").Does(() =>
{
    CleanDirectory(artifacts);
    DotNetClean("PPYolo.sln", new DotNetCleanSettings { Configuration = configuration });
});

Task("Build").Does(() => DotNetBuild("PPYolo.sln", new DotNetBuildSettings { Configuration = configuration, MSBuildSettings = Settings() }));

Task("Test").Description("Every test.").IsDependentOn("Build").Does(() => RunTests("PPYolo.sln", "tests"));

Task("Align").Description("The scenarios, with TRX in artifacts/.").IsDependentOn("Build").Does(() => RunTests("tests/Alignment", "alignment"));

Task("AlignFull").Description("The scenarios, those of full image size included (minutes).").IsDependentOn("Build").Does(() =>
{
    Environment.SetEnvironmentVariable("PPYOLO_FULL", "1");
    RunTests("tests/Alignment", "alignment-full", "FullyQualifiedName~ReferenceTheories");
});

Task("Soak").Description("Long runs of what CI runs briefly: damaged files in every reader, and runs that are killed and resumed.").IsDependentOn("Build").Does(() =>
{
    Environment.SetEnvironmentVariable("PPYOLO_SOAK", "1");
    RunTests("tests/Unit", "soak", "FullyQualifiedName~Unit.Fuzz|FullyQualifiedName~KilledRunTests");
});

Task("Learning").Description("Trains on fixtures/scenes until most held-out objects are found (about a quarter of an hour, more where the cores are busy); log and weights are in artifacts/learning/.").IsDependentOn("Build").Does(() =>
{
    Environment.SetEnvironmentVariable("PPYOLO_SLOW", "1");
    RunTests("tests/Unit", "learning", "FullyQualifiedName~LearningTests");
});

Task("Golden").Description("The snapshots.").IsDependentOn("Build").Does(() => RunTests("tests/Golden", "golden"));

Task("Bench").Description("BenchmarkDotNet; --filter as its own.").IsDependentOn("Build").Does(() =>
    DotNetRun("benchmarks", new ProcessArgumentBuilder().Append("--filter").AppendQuoted(Argument("filter", "*")), new DotNetRunSettings { Configuration = configuration, NoBuild = true }));

Task("Ci").Description("What a build server runs.").IsDependentOn("Clean").IsDependentOn("Test");

RunTarget(target);
