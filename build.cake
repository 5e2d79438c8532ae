// dotnet tool restore && dotnet cake --target=Align
var target = Argument("target", "Test");
var configuration = Argument("configuration", "Release");
var backend = Argument("backend", "cpu");
var artifacts = Directory("artifacts");
var goldenResults = MakeAbsolute(Directory("artifacts/golden")).FullPath;
var measured = MakeAbsolute(Directory("artifacts/measured")).FullPath;

DotNetMSBuildSettings Settings() => new DotNetMSBuildSettings { MaxCpuCount = 1 }.WithProperty("TorchBackend", backend);

void RunTests(string project, string name, string filter = null)
{
    // A prefix and not a name: the projects of a solution would overwrite each other's results.
    DeleteFiles($"{artifacts}/{name}_*.trx");
    DotNetTest(project, new DotNetTestSettings
    {
        Configuration = configuration,
        NoBuild = true,
        Filter = filter,
        // What each scenario measured, for the report, and what its golden came to.
        EnvironmentVariables = new Dictionary<string, string> { ["PPYOLO_MEASURED_OUT"] = measured, ["PPYOLO_GOLDEN_OUT"] = goldenResults, ["DiffEngine_Disabled"] = "true" },
        ResultsDirectory = artifacts,
        Loggers = new[] { $"trx;LogFilePrefix={name}", "console;verbosity=normal" },
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

Task("SoakFiles").Description("Long runs of what CI runs briefly: damaged files in every reader, hostile input in every command, signals, and runs that are killed and resumed.").IsDependentOn("Build").Does(() =>
{
    Environment.SetEnvironmentVariable("PPYOLO_SOAK", "1");
    RunTests("tests/Unit", "soak-files", "FullyQualifiedName~FuzzTests|FullyQualifiedName~KilledRunTests|FullyQualifiedName~HostileInputTests|FullyQualifiedName~SignalTests|FullyQualifiedName~FolderLockTests|FullyQualifiedName~RunAgreementTests");
});

Task("Learning").Description("Trains on fixtures/scenes until most held-out objects are found (about a quarter of an hour, more where the cores are busy); log and weights are in artifacts/learning/.").IsDependentOn("Build").Does(() =>
{
    Environment.SetEnvironmentVariable("PPYOLO_SLOW", "1");
    RunTests("tests/Unit", "learning", "FullyQualifiedName~LearningTests");
});

Task("Golden").Description("The snapshots, and the scenarios that end in goldens.").IsDependentOn("Build").Does(() =>
{
    RunTests("tests/Golden", "snapshots");
    RunTests("tests/Alignment", "golden", "Category=Golden");
});

Task("Soak").Description("Every golden theory again and again in fresh processes: --runs N (20) on each of --threads 1,2.").IsDependentOn("Build").Does(() =>
{
    var runs = Argument("runs", 20);
    var log = new List<string>();
    var failed = 0;
    foreach (var threads in Argument("threads", "1,2").Split(','))
    {
        for (var run = 1; run <= runs; run++)
        {
            var settings = new ProcessSettings
            {
                Arguments = new ProcessArgumentBuilder().Append("test").Append("tests/Alignment").Append("-c").Append(configuration).Append("--no-build").Append("--nologo")
                    .Append("--filter").AppendQuoted(Argument("filter", "Category=Golden")),
                RedirectStandardOutput = true,
                EnvironmentVariables = new Dictionary<string, string> { ["PPYOLO_TEST_THREADS"] = threads, ["PPYOLO_GOLDEN_OUT"] = $"{goldenResults}/soak-{threads}-{run}", ["DiffEngine_Disabled"] = "true" },
            };
            using var process = StartAndReturnProcess("dotnet", settings);
            process.WaitForExit();
            var summary = process.GetStandardOutput().LastOrDefault(line => line.StartsWith("Passed!") || line.StartsWith("Failed!")) ?? "did not run";
            failed += process.GetExitCode() == 0 ? 0 : 1;
            log.Add($"{threads} threads, run {run} of {runs}: {summary.Trim()}");
            Information(log[^1]);
        }
    }

    log.Add($"{log.Count} runs, {failed} with a failure");
    Information(log[^1]);
    EnsureDirectoryExists(artifacts);
    System.IO.File.WriteAllLines("artifacts/soak.log", log);
    if (failed > 0)
    {
        throw new CakeException($"{failed} of {log.Count - 1} runs failed; artifacts/golden/soak-* holds what each golden came to");
    }
});

void Ppyolo(params string[] arguments)
{
    var command = new ProcessArgumentBuilder();
    foreach (var argument in arguments)
    {
        command.AppendQuoted(argument);
    }

    DotNetRun("src/Cli", command, new DotNetRunSettings { Configuration = configuration });
}

string[] Given(string name) => HasArgument(name) ? new[] { "--" + name, Argument<string>(name) } : Array.Empty<string>();

string[] EnvironmentChanged() => HasArgument("environment-changed") ? new[] { "--environment-changed" } : Array.Empty<string>();

Task("Approve").Description("Shows every received snapshot and approves it: --reason TEXT, else asked; --environment-changed where it was meant.").Does(() =>
    Ppyolo(new[] { "golden", "approve", "tests" }.Concat(Given("reason")).Concat(EnvironmentChanged()).ToArray()));

Task("Recheck").Description("Runs the code of --commit X and today's here (--filter FILTER of dotnet test), and says which of code and environment moved.").Does(() =>
    Ppyolo(new[] { "golden", "recheck", "--commit", Argument<string>("commit") }.Concat(Given("filter")).ToArray()));

Task("Bisect").Description("Finds the commit that moved a golden, from --good X to --bad Y (HEAD): --golden NAME, --filter FILTER of dotnet test.").Does(() =>
    Ppyolo(new[] { "golden", "bisect", "--good", Argument<string>("good"), "--bad", Argument("bad", "HEAD") }.Concat(Given("golden")).Concat(Given("filter")).ToArray()));

Task("Renew").Description("Records goldens anew and approves them: --reason TEXT, --filter FILTER of dotnet test, --environment-changed where it was meant.").Does(() =>
    Ppyolo(new[] { "golden", "renew" }.Concat(Given("reason")).Concat(Given("filter")).Concat(EnvironmentChanged()).ToArray()));

Task("Pack").Description("The package PPYolo.Align and the .NET tool ppyolo, in artifacts/; builds what is in them and nothing else.").Does(() =>
{
    foreach (var project in new[] { "src/Align", "src/Cli" })
    {
        DotNetPack(project, new DotNetPackSettings { Configuration = configuration, OutputDirectory = artifacts, MSBuildSettings = Settings() });
    }
});

Task("Report").Description("A page of what the runs in artifacts/ came to: report.html, report.json, report.xml (JUnit); fails where one failed.").Does(() =>
    Ppyolo("report", artifacts));

Task("Faults").Description("All planted faults, pairs of them and clean reruns (minutes).").IsDependentOn("Build").Does(() =>
{
    Environment.SetEnvironmentVariable("PPYOLO_FAULTS", "1");
    RunTests("tests/Faults", "faults");
    RunTests("tests/Unit", "python-faults", "FullyQualifiedName~PythonFaultTests");
});

Task("Bench").Description("BenchmarkDotNet; --filter as its own.").IsDependentOn("Build").Does(() =>
    DotNetRun("benchmarks", new ProcessArgumentBuilder().Append("--filter").AppendQuoted(Argument("filter", "*")), new DotNetRunSettings { Configuration = configuration, NoBuild = true }));

Task("Ci").Description("What a build server runs.").IsDependentOn("Clean").IsDependentOn("Test");

RunTarget(target);
