using PPYolo.Align;
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
        explanation.Lacked.Should().Contain(line => line.EndsWith("no cause was tried by training", StringComparison.Ordinal));
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
    public void The_port_agrees_in_every_tensor()
    {
        var explanation = records.Explain("right", "port");

        explanation.Aligned.Should().BeTrue(explanation.Trace.Frontier?.ToString());
        // As docs/port.md has it.
        explanation.Trace.Differences.Should().HaveCount(664);
        explanation.Trace.NotCompared.Should().BeEmpty();
    }

    [SkippableTheory]
    [InlineData("decay", "weight-decay-all-groups")]
    [InlineData("average", "ema-before-optimizer")]
    public void A_bug_is_named_whichever_side_has_it(string bug, string cause)
    {
        Likeliest(records.Explain("right", $"port {bug}")).Should().Be(cause);
        Likeliest(records.Explain("port", bug)).Should().Be(cause);
        records.Explain(bug, $"port {bug}").Aligned.Should().BeTrue();
    }

    [SkippableTheory]
    [InlineData("AdamW decay", "weight-decay-all-groups")]
    [InlineData("AdamW beta1", "adam-beta1")]
    [InlineData("AdamW beta2", "adam-beta2")]
    [InlineData("Adam", "weight-decay-coupled")]
    public void PyTorchs_own_Adam_is_known(string bug, string cause)
    {
        // Measured noise: that decay moves weights by a hundred-thousandth in a step, which is granted where nothing was measured.
        records.Explain("AdamW", "AdamW again", "AdamW again").Aligned.Should().BeTrue();
        Likeliest(records.Explain("AdamW", bug, "AdamW again")).Should().Be(cause);
    }

    [SkippableFact]
    public void Noise_counts_as_far_as_it_was_measured_on_a_run_that_was_recorded_again()
    {
        // A gradient that is off by two ten-thousandths is within what is granted unmeasured, and some fifty times what is measured.
        records.Explain("right", "slight").Aligned.Should().BeTrue();

        var slight = records.Explain("right", "slight", "twin");
        slight.Aligned.Should().BeFalse();
        slight.Trace.Frontier!.Relative.Should().BeLessThan(1e-3);
        slight.Trace.Frontier.Units.Should().BeGreaterThan(5);
        var clean = records.Explain("right", "again", "twin");
        clean.Aligned.Should().BeTrue(clean.Trace.Frontier?.ToString());
        clean.FloorSource.Should().Contain("recorded again").And.NotContain("every bit counts");
        records.Explain("right", "again", "again").FloorSource.Should().Contain("every bit counts");
    }

    [SkippableTheory]
    [InlineData("part", "it has no data image of iteration 0")]
    [InlineData("random", "data image of iteration 1 is another")]
    public void Noise_of_another_run_is_refused(string noise, string reason) =>
        FluentActions
            .Invoking(() => records.Explain("right", "again", noise))
            .Should()
            .Throw<AlignException>()
            .WithMessage($"*{noise}: noise is measured on *right recorded again, and this is another run: {reason}*");

    [SkippableTheory]
    [InlineData("right", "again")]
    [InlineData("right", "port")]
    public void Of_draws_that_do_not_matter_nothing_is_said(string first, string second) =>
        records.Explain(first, second).Notes.Should().NotContain(note => note.Contains("random", StringComparison.Ordinal));

    [SkippableFact]
    public void Draws_of_a_port_are_compared_with_those_of_PyTorch() =>
        records
            .Explain("random", "port")
            .Notes.Should()
            .ContainSingle(note =>
                note.StartsWith("random numbers (torch): the forward pass of iteration 0: ", StringComparison.Ordinal)
                && note.EndsWith("port draws none", StringComparison.Ordinal)
            );

    [SkippableFact]
    public void The_place_where_the_random_generators_go_apart_is_named() =>
        records
            .Explain("right", "random")
            .Notes.Should()
            .ContainSingle(note =>
                note.StartsWith("random numbers (torch): the forward pass of iteration 0: ", StringComparison.Ordinal)
                && note.Contains("right draws none", StringComparison.Ordinal)
                && note.EndsWith("random draws some", StringComparison.Ordinal)
            );

    [SkippableFact]
    public void Half_of_it_agrees_with_all_of_it()
    {
        var explanation = records.Explain("right", "part");

        explanation.Aligned.Should().BeTrue(explanation.Trace.Frontier?.ToString());
        explanation.Iterations.Should().Equal(2, 3, 4, 5);
        explanation.Trace.Modules.Compared.Should().BeLessThan(explanation.Trace.Modules.Recorded);
    }

    private static string? Likeliest(Explanation explanation)
    {
        explanation.Aligned.Should().BeFalse();
        return explanation.Likeliest?.Id;
    }

    /// <summary>
    /// Records of the sample and its port: right, again, half of it, with each bug, perturbed, a little off, with a random number too many,
    /// and with Adam.
    /// </summary>
    public sealed class Records : IDisposable
    {
        private readonly TemporaryFolder folder = new();
        private readonly Lazy<string> recorded;

        /// <summary>Records when it is asked for.</summary>
        public Records() => recorded = new(Record);

        /// <summary>Explains two of them.</summary>
        public Explanation Explain(string first, string second, string? noise = null)
        {
            Skip.IfNot(Torch.IsThere, "no Python with PyTorch here: apt-get install python3-torch, or name one in PPYOLO_PYTHON");
            return ExplainScenario.Run(
                Path.Combine(recorded.Value, first),
                Path.Combine(recorded.Value, second),
                new() { Noise = noise is null ? [] : [Path.Combine(recorded.Value, noise)] }
            );
        }

        /// <inheritdoc />
        public void Dispose() => folder.Dispose();

        private string Record()
        {
            // One process, since loading PyTorch takes longest.
            Torch.Run(
                folder.Path,
                $"""
                import runpy, sys, torch
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
                def perturbed(model, *given, **named):
                    ppyolo_record.perturb(model)
                    return whole(model, *given, **named)
                ppyolo_record.watch = perturbed
                sys.argv = [program, "twin"]
                runpy.run_path(program)
                ppyolo_record.watch = whole
                right = torch.nn.functional.cross_entropy
                torch.nn.functional.cross_entropy = lambda *given: right(*given) * 1.0002
                sys.argv = [program, "slight"]
                runpy.run_path(program)
                def random(*given):
                    torch.rand(1)
                    return right(*given)
                torch.nn.functional.cross_entropy = random
                sys.argv = [program, "random"]
                runpy.run_path(program)
                torch.nn.functional.cross_entropy = right
                adam, adamw = torch.optim.Adam, torch.optim.AdamW
                for name, optimizer, named, bug in (
                    ("AdamW", adamw, dict(), []), ("AdamW again", adamw, dict(), []), ("AdamW decay", adamw, dict(), ["decay"]),
                    ("AdamW beta1", adamw, dict(betas=(0.8, 0.999)), []), ("AdamW beta2", adamw, dict(betas=(0.9, 0.99)), []),
                    ("Adam", adam, dict(), []),
                ):
                    torch.optim.SGD = lambda groups, lr, momentum: optimizer(groups, lr=0.001, **named)
                    sys.argv = [program, name, *bug]
                    runpy.run_path(program)
                """
            );
            foreach (var (name, bug) in new[] { ("port", null), ("port decay", "decay"), ("port average", "average") })
            {
                Training.Run(folder.File("right"), folder.File(name), bug);
            }

            return folder.Path;
        }
    }
}
