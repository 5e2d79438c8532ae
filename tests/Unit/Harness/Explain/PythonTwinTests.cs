using System.Text.RegularExpressions;
using PPYolo.Align.Explanations;
using PPYolo.Align.Records;
using PPYolo.Align.Traces;
using PPYolo.Cli.Commands;
using PPYolo.Data.Batches;
using PPYolo.Harness.Explain;
using PPYolo.Tests.Unit.Align.Formats;
using PPYolo.Tests.Unit.Cli.Commands;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Tracing;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>
/// A record of this program beside one of the same network in PyTorch (benchmarks/Peers/python), which python/ppyolo_record.py recorded.
/// </summary>
[Collection(nameof(PythonTwinTests.OurRecord))]
public sealed class PythonTwinTests(PythonTwinTests.OurRecord ours)
{
    /// <summary>DropBlock that is off, and the weight of a deformable convolution, are no modules there.</summary>
    private static readonly string[] OfOursAlone =
    [
        .. "abc".Select(block => $"forward backbone.res5.res5{block}.branch2b.conv"),
        .. "012".Select(level => $"forward neck.yolo_block_{level}.conv_module.dropblock"),
        .. "012".Select(level => $"backward neck.yolo_block_{level}.conv_module.dropblock"),
    ];

    [SkippableFact]
    public void Agrees_with_ours_in_every_module_gradient_statistic_and_average() =>
        AllIsCompared(ours.Explain("", iterations: 2), ours.Path, ranks: 1, tensors: 3270);

    /// <summary>Two ranks of gloo, DistributedDataParallel, and norms over all ranks' images; ours are threads.</summary>
    [SkippableFact]
    public void Two_ranks_agree_as_well()
    {
        Skip.IfNot(Torch.IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
        using var folder = new TemporaryFolder();
        var (record, twin) = (folder.File("ours"), folder.File("twin"));
        string[] training =
        [
            "train",
            "--config",
            "ppyolo_r50vd_aligngrad",
            "--init",
            "generator:5:calm",
            "--iterations",
            "2",
            "--ranks",
            "2",
        ];
        ConsoleCapture
            .Run([.. training, "--set", "batch=4", "--set", "sizes=[96]", "--record", record, "--trace", "--floor", "2"])
            .ExitCode.Should()
            .Be(ExitCode.Aligned);

        TrainTwin(folder.Path, record, twin, "");

        AllIsCompared(ExplainScenario.Run(record, twin, new ExplainOptions()), record, ranks: 2, tensors: 4020);
        var (ourMachine, theirMachine) = (RunEnvironment.Read(record), RunEnvironment.Read(twin));
        theirMachine["system"].Should().Be(ourMachine["system"], "it is one machine");
        // Of cores .NET has no more than a container's quota, which Python does not know.
        Regex
            .Replace(theirMachine["processor"], "[0-9]+ cores", "")
            .Should()
            .Be(Regex.Replace(ourMachine["processor"], "[0-9]+ cores", ""), "it is one machine");
    }

    private static void AllIsCompared(Explanation explanation, string record, int ranks, int tensors)
    {
        explanation.Aligned.Should().BeTrue(explanation.Trace.Frontier?.ToString());
        explanation.Trace.Differences.Count.Should().Be(tensors);
        var compared = explanation
            .Trace.Differences.Select(difference => (difference.Iteration, difference.Rank, difference.Key))
            .ToHashSet();
        // What is the same on all ranks is compared once.
        List<(int Iteration, int Rank, TraceKey Key)> entries =
        [
            .. from rank in Enumerable.Range(0, ranks)
            from iteration in TraceFile.Read(record, rank).Iterations
            from entry in iteration.Entries
            where rank == 0 || entry.Key.Phase is TracePhase.Data or TracePhase.Forward or TracePhase.Backward or TracePhase.Gradient
            select (iteration.Iteration, rank, entry.Key),
        ];
        var alone = entries.Where(entry => !compared.Contains(entry)).ToList();
        alone.Select(entry => entry.Key.ToString()).Distinct().Should().BeEquivalentTo(OfOursAlone);
        explanation
            .Trace.NotCompared.Where(part => part.What.Contains("the first run", StringComparison.Ordinal))
            .Sum(part => part.Entries)
            .Should()
            .Be(alone.Count, "the report says of each why");
        (alone.Count / (double)entries.Count).Should().BeLessThan(0.05);
        entries
            .Select(entry => entry.Key.Phase)
            .Distinct()
            .Should()
            .BeEquivalentTo(
                Enum.GetValues<TracePhase>().Where(phase => phase is not TracePhase.End && (ranks > 1 || phase is not TracePhase.Reduction))
            );
    }

    private static void TrainTwin(string folder, string record, string twin, string fault)
    {
        var program = Path.Combine(Fixtures.Root, "benchmarks", "Peers", "python", "recorded.py");
        Torch.Run(
            folder,
            $"import runpy, sys; sys.dont_write_bytecode = True; sys.argv = ['', r'{record}', '0.00005', r'{twin}', '{fault}']; "
                + $"sys.path.insert(0, r'{Path.GetDirectoryName(program)}'); runpy.run_path(r'{program}')"
        );
    }

    /// <summary>All who compare something with it.</summary>
    [CollectionDefinition(nameof(OurRecord))]
    public sealed class Comparisons : ICollectionFixture<OurRecord>;

    /// <summary>Two iterations of ours, with a floor.</summary>
    public sealed class OurRecord : IDisposable
    {
        private readonly TemporaryFolder folder = new();
        private readonly Lazy<string> record,
            firstIteration;

        /// <summary>Records when it is asked for.</summary>
        public OurRecord()
        {
            record = new(Record);
            firstIteration = new(FirstIteration);
        }

        /// <summary>Its folder.</summary>
        public string Path => record.Value;

        /// <summary>Explains our record and the twin's.</summary>
        /// <param name="fault">A bug of the twin, or "" for none.</param>
        /// <param name="iterations">How many the twin trains: one where the bug shows there.</param>
        public Explanation Explain(string fault, int iterations)
        {
            Skip.IfNot(Torch.IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
            var twin = folder.File($"twin {fault}");
            TrainTwin(folder.Path, iterations == 1 ? firstIteration.Value : record.Value, twin, fault);
            var explanation = ExplainScenario.Run(record.Value, twin, new ExplainOptions());
            // 0.6 GB, which may be memory.
            Directory.Delete(twin, recursive: true);
            return explanation;
        }

        /// <inheritdoc />
        public void Dispose() => folder.Dispose();

        /// <summary>What the twin takes of a record: the start weights and, of the batches, the first.</summary>
        private string FirstIteration()
        {
            var first = folder.Folder("first");
            foreach (var name in new[] { RunRecord.StartName + ".pth", RecordedBatches.FileName(0, 0) })
            {
                File.Copy(System.IO.Path.Combine(record.Value, name), System.IO.Path.Combine(first, name));
            }

            return first;
        }

        private string Record()
        {
            var options = TrainOptionsFile.Read("ppyolo_r50vd_aligngrad", ["batch=2", "sizes=[96]"]);
            var network = options.ToNetwork();
            var batches = new GeneratedBatches("5", options.Batch, options.Sizes, network);
            var plan = new RunPlan(options, StartWeights.Parse("generator:5:calm").For(network), _ => batches, 2, "5");
            RecordingLoop.Execute(plan, "calm", new RecordOptions(folder.File("ours")) { Trace = new TraceOptions(), Twins = 2 });
            return folder.File("ours");
        }
    }
}
