using PPYolo.Align.Explanations;
using PPYolo.Align.Traces;
using PPYolo.Harness.Explain;

namespace PPYolo.Tests.Unit.Harness.Explain;

/// <summary>Faults of optimizers and averages in trainings of a network that this program does not know.</summary>
public class StepLawTests
{
    private static readonly SimulatedTraining Sgd = new(),
        Plain = new() { Keeps = false },
        Adam = new() { Adam = true },
        AdamW = new() { Adam = true, Decoupled = true };

    private static readonly Dictionary<
        string,
        (SimulatedTraining Right, SimulatedTraining Wrong, TracePhase Phase, string Cause, string Says)
    > Faults = new(StringComparer.Ordinal)
    {
        ["SGD: decay on all"] = (
            Sgd,
            Sgd with
            {
                Decay = _ => 0.05f,
            },
            TracePhase.Momentum,
            "weight-decay-all-groups",
            "too: 0.05 on norm.weight"
        ),
        ["SGD: no decay"] = (Sgd, Sgd with { Decay = _ => 0 }, TracePhase.Momentum, "weight-decay-missing", "no weight decay"),
        ["SGD: other decay"] = (
            Sgd,
            Sgd with
            {
                Decay = name => 2 * SimulatedTraining.OnWeights(name),
            },
            TracePhase.Momentum,
            "weight-decay-other",
            "is 0.1, not 0.05"
        ),
        ["SGD: decoupled decay"] = (Sgd, Sgd with { Decoupled = true }, TracePhase.Momentum, "weight-decay-decoupled", "(0.05)"),
        ["SGD: decay of the others"] = (
            Sgd,
            Sgd with
            {
                Decay = name => 0.05f - SimulatedTraining.OnWeights(name),
            },
            TracePhase.Momentum,
            "weight-decay-wrong-group",
            "instead"
        ),
        ["SGD: momentum"] = (Sgd, Sgd with { Momentum = 0.8f }, TracePhase.Momentum, "momentum", "is 0.8, not 0.9"),
        ["SGD: dampening"] = (Sgd, Sgd with { Dampening = 0.5f }, TracePhase.Momentum, "dampening", "by 0.5"),
        ["SGD: Nesterov"] = (Sgd, Sgd with { Nesterov = true }, TracePhase.Weights, "nesterov", "looks ahead"),
        ["SGD: gradients times 2"] = (Sgd, Sgd with { Scale = 2 }, TracePhase.Momentum, "gradient-scale", "by 2"),
        ["SGD: clipped"] = (Sgd, Sgd with { Clip = 1 }, TracePhase.Momentum, "clipping-other", "clipped at 1,"),
        ["SGD: not clipped"] = (Sgd with { Clip = 1 }, Sgd, TracePhase.Momentum, "clipping-missing", "not clipped at 1"),
        ["SGD: rate times 2"] = (Sgd, Sgd with { RateOf = _ => 2 }, TracePhase.Weights, "rate-applied", "2 times"),
        ["SGD: rate of one group"] = (
            Sgd,
            Sgd with
            {
                RateOf = name => name.StartsWith("fc", StringComparison.Ordinal) ? 3 : 1,
            },
            TracePhase.Weights,
            "rate-of-group",
            "fc.weight and 1 others move at 3"
        ),
        ["SGD: recorded rate"] = (Sgd, Sgd with { Rate = 0.02f }, TracePhase.Schedule, "rate-factor", "2 times"),
        ["plain: decay on all"] = (
            Plain with
            {
                Rate = 0.1f,
            },
            Plain with
            {
                Rate = 0.1f,
                Decay = _ => 0.05f,
            },
            TracePhase.Weights,
            "weight-decay-all-groups",
            "0.05"
        ),
        ["Adam: beta1"] = (Adam, Adam with { Beta1 = 0.8f }, TracePhase.Momentum, "adam-beta1", "is 0.8, not 0.9"),
        ["Adam: beta2"] = (Adam, Adam with { Beta2 = 0.99f }, TracePhase.Momentum, "adam-beta2", "is 0.99, not 0.999"),
        ["Adam: epsilon"] = (Adam, Adam with { Epsilon = 1e-2f }, TracePhase.Weights, "adam-epsilon", "is 0.01, not"),
        ["Adam: epsilon inside"] = (
            Adam with
            {
                Epsilon = 1e-2f,
            },
            Adam with
            {
                Epsilon = 1e-2f,
                EpsilonInside = true,
            },
            TracePhase.Weights,
            "adam-epsilon",
            "inside the root"
        ),
        ["Adam: nothing corrected"] = (
            Adam,
            Adam with
            {
                Corrected = (false, false),
            },
            TracePhase.Weights,
            "adam-bias-correction",
            "moments are not"
        ),
        ["Adam: the second not corrected"] = (
            Adam,
            Adam with
            {
                Corrected = (true, false),
            },
            TracePhase.Weights,
            "adam-bias-correction",
            "second moment is not"
        ),
        ["Adam: decay on all"] = (Adam, Adam with { Decay = _ => 0.05f }, TracePhase.Momentum, "weight-decay-all-groups", "0.05"),
        ["Adam for AdamW"] = (AdamW, Adam, TracePhase.Momentum, "weight-decay-coupled", "(0.05)"),
        ["AdamW for Adam"] = (Adam, AdamW, TracePhase.Momentum, "weight-decay-decoupled", "(0.05"),
        ["AdamW: rate"] = (AdamW, AdamW with { RateOf = _ => 0.5f }, TracePhase.Weights, "rate-applied", "0.5 times"),
        ["AdamW: decay on all"] = (
            AdamW with
            {
                Decay = name => 20 * SimulatedTraining.OnWeights(name),
            },
            AdamW with
            {
                Decay = _ => 1,
            },
            TracePhase.Weights,
            "weight-decay-all-groups",
            "too: 1 on norm.weight"
        ),
        ["AdamW: no decay"] = (
            AdamW with
            {
                Decay = name => 20 * SimulatedTraining.OnWeights(name),
            },
            AdamW with
            {
                Decay = _ => 0,
            },
            TracePhase.Weights,
            "weight-decay-missing",
            "no weight decay"
        ),
        ["AdamW: clipped far below"] = (AdamW, AdamW with { Clip = 1e-3f }, TracePhase.Momentum, "clipping-other", "clipped at 0.001,"),
        ["AdamW: not clipped"] = (AdamW with { Clip = 1e-3f }, AdamW, TracePhase.Momentum, "clipping-missing", "not clipped at 0.001"),
        ["AdamW: clipped, and beta2"] = (
            AdamW with
            {
                Clip = 1e-3f,
            },
            AdamW with
            {
                Clip = 1e-3f,
                Beta2 = 0.99f,
            },
            TracePhase.Momentum,
            "adam-beta2",
            "is 0.99, not 0.999"
        ),
        ["AdamW: a tenth of the rate"] = (AdamW, AdamW with { RateOf = _ => 0.1f }, TracePhase.Weights, "rate-applied", "0.1 times"),
        ["Adam: the first not corrected"] = (
            Adam,
            Adam with
            {
                Corrected = (false, true),
            },
            TracePhase.Weights,
            "adam-bias-correction",
            "first moment is not"
        ),
        ["Adam: no decay"] = (
            Adam with
            {
                Rate = 1e-4f,
                Decay = name => name == "fc.weight" ? 0.05f : 0,
            },
            Adam with
            {
                Rate = 1e-4f,
                Decay = _ => 0,
            },
            TracePhase.Momentum,
            "weight-decay-missing",
            "no weight decay"
        ),
        ["average before the step"] = (
            Sgd with
            {
                Rate = 0.1f,
            },
            Sgd with
            {
                Rate = 0.1f,
                EmaBefore = true,
            },
            TracePhase.Ema,
            "ema-before-optimizer",
            "one step behind"
        ),
        ["average: decay"] = (
            Sgd with
            {
                Rate = 0.1f,
            },
            Sgd with
            {
                Rate = 0.1f,
                EmaDecay = 0.5f,
            },
            TracePhase.Ema,
            "ema-decay",
            "is 0.5, not 0.9"
        ),
        ["average from zero"] = (Sgd, Sgd with { EmaFromZero = true }, TracePhase.Ema, "ema-start", "at zero"),
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Are_placed_and_named(string fault)
    {
        var (right, wrong, phase, cause, says) = Faults[fault];

        var explanation = Explain(right, wrong);

        var all = string.Join(
            "; ",
            explanation.Causes.Select(one => $"{one.Id} {one.Confidence:0.00} {one.Title} {string.Join(" | ", one.Evidence)}")
        );
        explanation.Trace.Frontier!.Key.Phase.Should().Be(phase, all);
        explanation.Causes.Should().NotBeEmpty();
        explanation.Causes[0].Id.Should().Be(cause, all);
        explanation.Causes[0].Title.Should().Contain(says);
        explanation.Causes[0].Confidence.Should().BeGreaterThan(0.9, all);
        explanation.Causes.Skip(1).Where(other => other.IsLikely).Select(other => other.Title).Should().BeEmpty(all);
    }

    public static TheoryData<string> Untold => [.. NotTold.Keys];

    /// <summary>Faults that more than one cause would make: what is measured is within rounding, or another makes it, too.</summary>
    private static readonly Dictionary<string, (SimulatedTraining Right, SimulatedTraining Wrong, string[] Likely)> NotTold = new(
        StringComparer.Ordinal
    )
    {
        // Of one step, less of the gradient is all that is seen.
        ["clipped, in one step of AdamW"] = (
            AdamW with
            {
                Iterations = 1,
            },
            AdamW with
            {
                Iterations = 1,
                Clip = 1e-3f,
            },
            ["gradient-share"]
        ),
        ["clipped, in one step of SGD"] = (Sgd with { Iterations = 1 }, Sgd with { Iterations = 1, Clip = 1 }, ["gradient-share"]),
        // In float32 the squares are zero, or have few digits left.
        ["clipped until squares are lost"] = (AdamW, AdamW with { Clip = 1e-18f }, ["clipping-other"]),
        ["no correction, in one step"] = (
            Adam with
            {
                Iterations = 1,
            },
            Adam with
            {
                Iterations = 1,
                Corrected = (false, true),
            },
            ["adam-bias-correction"]
        ),
    };

    [Theory]
    [MemberData(nameof(Untold))]
    public void What_is_not_told_apart_is_not_named_with_confidence(string fault)
    {
        var (right, wrong, likely) = NotTold[fault];

        var causes = Explain(right, wrong).Causes;

        var all = string.Join("; ", causes.Select(one => $"{one.Id} {one.Confidence:0.00} {one.Title} {string.Join(" | ", one.Evidence)}"));
        causes.Where(cause => cause.IsLikely).Select(cause => cause.Id).Should().BeSubsetOf(likely, all);
        causes.Where(cause => cause.Id != "clipping-other" && cause.Confidence > Cause.LeastLikely).Should().BeEmpty(all);
    }

    [Theory]
    [InlineData(1e-3f)]
    [InlineData(1e-6f)]
    public void Gradients_that_hardly_change_tell_no_momentum(float change)
    {
        // What enters and what stays are told together alone.
        var right = Sgd with
        {
            Gradients = (0.5f, change),
            Rate = 1e-6f,
            Decay = _ => 0,
        };

        var causes = Explain(right, right with { Scale = 2 }).Causes;

        causes.Where(cause => cause.IsLikely).Select(cause => cause.Id).Should().Equal("gradient-scale");
    }

    [Fact]
    public void An_epsilon_that_no_step_feels_is_not_named()
    {
        var right = AdamW with { Decay = name => 20 * SimulatedTraining.OnWeights(name), Epsilon = 1e-12f };

        var causes = Explain(right, right with { Decay = _ => 1, Epsilon = 1e-11f }).Causes;

        causes.Where(cause => cause.IsLikely).Select(cause => cause.Id).Should().Equal("weight-decay-all-groups");
        causes.Should().NotContain(cause => cause.Id == "adam-epsilon");
    }

    [Fact]
    public void A_step_of_another_kind_has_no_likely_cause()
    {
        // A tenth of one parameter goes beside the law.
        var second = Sgd.Run("second");
        var entry = second.Iterations[1][TracePhase.Momentum, "conv.weight"]!;
        entry.Summary.Sums[3] += entry.Summary.L2;

        Explainer.Explain(Sgd.Run("first"), second, null, null).Likeliest.Should().BeNull();
    }

    [Theory]
    [InlineData("SGD: decay on all", new[] { 0, 2, 3 })]
    [InlineData("SGD: decay on all", new[] { 1, 2 })]
    [InlineData("average before the step", new[] { 1, 2, 3 })]
    public void Iterations_that_are_missing_hide_no_cause(string fault, int[] traced)
    {
        var (right, wrong, _, cause, _) = Faults[fault];

        var explanation = Explainer.Explain(right.Run("first"), wrong.Run("second", traced), null, null);

        explanation.Causes.Should().NotBeEmpty();
        explanation.Causes[0].Id.Should().Be(cause);
        explanation.Causes[0].Confidence.Should().BeGreaterThan(0.9);
    }

    private static Explanation Explain(SimulatedTraining right, SimulatedTraining wrong) =>
        Explainer.Explain(right.Run("first"), wrong.Run("second"), null, null);
}
