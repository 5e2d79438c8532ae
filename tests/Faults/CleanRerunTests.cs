using PPYolo.Cli.Commands;
using PPYolo.Harness.Checkouts;
using PPYolo.Train.Records;

namespace PPYolo.Tests.Faults;

/// <summary>
/// Reruns in which nothing is wrong are not called different: libtorch's own operators in the place of this project's, and, with
/// PPYOLO_FAULTS=1, other instruction sets, allocators and threads, each in a process of its own, since a process has one for good.
/// </summary>
public sealed class CleanRerunTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<string, string> Surroundings =>
        new()
        {
            { "no AVX-512", "DOTNET_EnableAVX512=0" },
            { "no AVX2", "DOTNET_EnableAVX2=0" },
            { "no vectors in libtorch", "ATEN_CPU_CAPABILITY=default" },
            { "AVX2 in libtorch", "ATEN_CPU_CAPABILITY=avx2" },
            { "no vectors at all", "DOTNET_EnableAVX2=0 ATEN_CPU_CAPABILITY=default" },
            { "oneDNN with SSE4.1", "DNNL_MAX_CPU_ISA=SSE41" },
            { "the system's allocator", "PPYOLO_ALLOCATOR=system" },
            { "memory given back at once", "PPYOLO_ALLOCATOR=system MALLOC_TRIM_THRESHOLD_=0" },
            { "no huge pages", "THP_MEM_ALLOC_ENABLE=0" },
            { "tcmalloc", "PPYOLO_ALLOCATOR=/usr/lib/x86_64-linux-gnu/libtcmalloc_minimal.so.4" },
        };

    [Fact]
    public void Operators_of_libtorch_are_no_fault()
    {
        var explanation = Bench.Explain(LibtorchOperators.Everywhere, 1);

        explanation.Aligned.Should().BeTrue($"{explanation.Trace.Frontier}");
        explanation.Causes.Should().BeEmpty();
    }

    [SkippableTheory]
    [MemberData(nameof(Surroundings))]
    public void Another_surrounding_is_no_fault(string surrounding, string variables)
    {
        Skip.If(Environment.GetEnvironmentVariable("PPYOLO_FAULTS") != "1", "PPYOLO_FAULTS=1 runs it");
        var environment = variables.Split(' ').Select(variable => variable.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Skip.If(
            environment.GetValueOrDefault("PPYOLO_ALLOCATOR") is { } library && library != "system" && !File.Exists(library),
            $"{surrounding} is not installed"
        );
        string right = folder.File("right"),
            rerun = folder.File("rerun"),
            floor = folder.File("floor.npz");
        RecordingLoop.Execute(Bench.Plan(1), "calm", new(right) { Trace = new() });

        var (code, output, errors) = ChildProcess.Run(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "ppyolo.dll"), "train", "--replay", right, "--record", rerun, "--trace"],
            environment
        );

        code.Should().BeOneOf([0, 1], $"it replays the run, bit by bit or not: {output}{errors}");
        CommandLine.Run(["explain", right, rerun, "--twins", "2", "--floor", floor]).Should().Be(ExitCode.Aligned, surrounding);
    }

    public void Dispose() => folder.Dispose();
}
