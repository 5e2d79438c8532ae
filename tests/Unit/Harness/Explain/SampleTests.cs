using PPYolo.Align.Explanations;
using PPYolo.Harness.Explain;
using PPYolo.Tests.Unit.Align.Formats;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>samples/pytorch, a training of a network that this program does not know: docs/port.md tells what is seen of it.</summary>
public sealed class SampleTests(SampleTests.Records records) : IClassFixture<SampleTests.Records>
{
    [SkippableFact]
    public void Agrees_with_itself_and_says_that_nothing_was_trained_again()
    {
        var explanation = records.Explain("right", "again");

        explanation.Aligned.Should().BeTrue(explanation.Trace.Frontier?.ToString());
        explanation.Lacked.Should().Contain(line => line.EndsWith("causes that are tried by training are not", StringComparison.Ordinal));
    }

    [SkippableTheory]
    [InlineData("right", "decay", "weight-decay-all-groups")]
    [InlineData("right", "average", "ema-before-optimizer")]
    [InlineData("part", "decay", "weight-decay-all-groups")]
    [InlineData("part", "average", "ema-before-optimizer")]
    public void Its_bugs_are_named(string right, string bug, string cause)
    {
        var explanation = records.Explain(right, bug);

        explanation.Causes[0].Id.Should().Be(cause);
        explanation.Causes[0].Confidence.Should().BeGreaterThan(0.9);
        explanation.Causes.Skip(1).Should().NotContain(other => other.IsLikely);
    }

    [SkippableFact]
    public void Half_of_it_agrees_with_all_of_it()
    {
        var explanation = records.Explain("right", "part");

        explanation.Aligned.Should().BeTrue(explanation.Trace.Frontier?.ToString());
        explanation.Iterations.Should().Equal(2, 3, 4, 5);
        explanation.Trace.Modules.Compared.Should().BeLessThan(explanation.Trace.Modules.Recorded);
    }

    /// <summary>Records of the sample: right, again, half of it, and with each bug.</summary>
    public sealed class Records : IDisposable
    {
        private readonly TemporaryFolder folder = new();
        private readonly Lazy<string> recorded;

        /// <summary>Records when it is asked for.</summary>
        public Records() => recorded = new(Record);

        /// <summary>Explains two of them.</summary>
        public Explanation Explain(string first, string second)
        {
            Skip.IfNot(Torch.IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
            return ExplainScenario.Run(Path.Combine(recorded.Value, first), Path.Combine(recorded.Value, second), new ExplainOptions());
        }

        /// <inheritdoc />
        public void Dispose() => folder.Dispose();

        private string Record()
        {
            // One process, since loading PyTorch takes longest.
            Torch.Run(
                folder.Path,
                $"""
                import runpy, sys
                sys.dont_write_bytecode = True
                program, recorder = r'{Path.Combine(Fixtures.Root, "samples", "pytorch", "train.py")}', r'{Path.Combine(
                    Fixtures.Root,
                    "python"
                )}'
                sys.path.insert(0, recorder)
                import ppyolo_record
                whole = ppyolo_record.watch
                for arguments in (["right"], ["again"], ["decay", "decay"], ["average", "average"]):
                    sys.argv = [program, *arguments]
                    runpy.run_path(program)
                ppyolo_record.watch = lambda *given, **named: whole(*given, **named, iterations=range(2, 6), modules=["second*", "head"])
                sys.argv = [program, "part"]
                runpy.run_path(program)
                """
            );
            return folder.Path;
        }
    }
}
