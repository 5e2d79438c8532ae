using PPYolo.Align.Explanations;
using PPYolo.Data.Batches;
using PPYolo.Harness.Explain;
using PPYolo.Tests.Unit.Align.Formats;
using PPYolo.Train.Options;
using PPYolo.Train.Records;
using PPYolo.Train.Runs;
using PPYolo.Train.Tracing;
using PPYolo.Train.Weights;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>
/// A record of this program beside one of the same network in PyTorch (benchmarks/Peers/python), which python/ppyolo_record.py recorded.
/// </summary>
public sealed class PythonTwinTests(PythonTwinTests.OurRecord ours) : IClassFixture<PythonTwinTests.OurRecord>
{
    [SkippableFact]
    public void Agrees_with_ours_in_every_module_gradient_statistic_and_average()
    {
        var explanation = ours.Explain("");

        explanation.Aligned.Should().BeTrue(explanation.Trace.Frontier?.ToString());
        // DropBlock that is off, and the weight of a deformable convolution, are no modules there.
        var alone = explanation.Trace.NotCompared.Where(part => part.What.Contains("first run alone", StringComparison.Ordinal));
        alone.Sum(part => part.Share).Should().BeLessThan(0.05);
    }

    [SkippableTheory]
    [InlineData("decay", "momentum", "weight-decay-other")]
    [InlineData("average", "ema", "ema-before-optimizer")]
    public void A_bug_of_the_twin_is_placed_and_named(string fault, string phase, string cause)
    {
        var explanation = ours.Explain(fault);

        explanation.Trace.Frontier!.Iteration.Should().Be(0);
        explanation.Trace.Frontier.Key.Phase.ToString().ToLowerInvariant().Should().Be(phase);
        explanation.Likeliest?.Id.Should().Be(cause);
    }

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

        /// <summary>Explains our record and the twin's, which has a bug or none ("").</summary>
        public Explanation Explain(string fault)
        {
            Skip.IfNot(Torch.IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
            var twin = folder.File($"twin {fault}");
            var program = Path.Combine(Fixtures.Root, "benchmarks", "Peers", "python", "recorded.py");
            // A bug shows in iteration 0, and the twin is trained no further.
            var trained = fault.Length == 0 ? record.Value : firstIteration.Value;
            Torch.Run(
                folder.Path,
                $"import runpy, sys; sys.dont_write_bytecode = True; sys.argv = ['', r'{trained}', '0.00005', r'{twin}', '{fault}']; "
                    + $"sys.path.insert(0, r'{Path.GetDirectoryName(program)}'); runpy.run_path(r'{program}')"
            );
            return ExplainScenario.Run(record.Value, twin, new ExplainOptions());
        }

        /// <inheritdoc />
        public void Dispose() => folder.Dispose();

        /// <summary>What the twin takes of a record: the start weights and, of the batches, the first.</summary>
        private string FirstIteration()
        {
            var first = folder.Folder("first");
            foreach (var name in new[] { RunRecord.StartName + ".pth", RecordedBatches.FileName(0, 0) })
            {
                File.Copy(Path.Combine(record.Value, name), Path.Combine(first, name));
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
