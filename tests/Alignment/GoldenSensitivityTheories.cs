using PPYolo.Align.Golden;
using PPYolo.Align.Sketching;
using PPYolo.Data.Batches;
using PPYolo.Harness.Faults;
using PPYolo.Harness.Measures;
using PPYolo.Harness.Watching;
using PPYolo.Train.Runs;
using PPYolo.Train.Stepping;

namespace PPYolo.Tests.Alignment;

/// <summary>A golden is passed by rounding and by nothing else, and its message names what is wrong first.</summary>
[OwnThreads]
[Collection(Lanes.Second)]
public class GoldenSensitivityTheories
{
    private const string Bias = "neck.yolo_block_1.tip.batch_norm.bias",
        Mean = "backbone.res3.res3a.branch2a.norm.running_mean",
        Weight = "backbone.res2.res2a.branch2a.conv.weight";

    private static readonly Lazy<(GoldenRecord Golden, RunEnd End)> Right = new(() =>
    {
        var (run, end) = Run(Alteration.None);
        return (
            GoldenText.Parse(
                GoldenText.Format(
                    GoldenFloors.Measure(
                        run,
                        [.. Enumerable.Range(0, GoldenFloors.StandardTwins).Select(twin => Run(Alteration.None, $"twin/{twin}").Golden)]
                    )
                ),
                "the golden"
            ),
            end
        );
    });

    [Fact]
    public void TheSameRunAgainHasTheGoldensBits()
    {
        var comparison = Compare(Alteration.None);

        comparison.Aligned.Should().BeTrue(Text(comparison));
        comparison.BitwiseEqual.Should().Be(comparison.Golden.Tensors.Count);
    }

    [Fact]
    public void OneUnitInTheLastPlaceOfOneWeightIsWithinTheFloor()
    {
        var comparison = Compare(
            WeightFaults.Changed(Weight, weight => weight[0, 0, 0, 0] = float.BitIncrement(weight[0, 0, 0, 0].item<float>()))
        );

        comparison.Aligned.Should().BeTrue(Text(comparison));
        comparison.BitwiseEqual.Should().BeLessThan(comparison.Golden.Tensors.Count, "the bit must have done something");
    }

    [Fact]
    public void ALearningRateThatIsATenthOfAPercentOffIsNamed()
    {
        var comparison = Compare(OptimizerFaults.RateTimes(1.001));

        comparison.Failures[0].What.Should().Be("learning rate", Text(comparison));
        comparison.Began.Should().Be("iteration 0, optimizer (learning rate)");
    }

    [Fact]
    public void ABiasThatIsNotTrainedIsNamed()
    {
        var comparison = Compare(OptimizerFaults.Untrained(Bias));

        comparison.Failures[0].Name.Should().Be(Bias, Text(comparison));
        comparison.Failures[0].What.Should().Be("weight");
        comparison.Failures[0].Explanation.Should().Contain("did not move");
        comparison.Began.Should().Be("iteration 0, optimizer");
    }

    [Fact]
    public void AStaleRunningMeanIsNamed()
    {
        var comparison = Compare(NormFaults.Stale(Mean));

        comparison.Failures[0].Name.Should().Be(Mean, Text(comparison));
        comparison.Began.Should().Be("iteration 0, forward (running statistics)");
    }

    /// <summary>
    /// 64 signs estimate a squared distance with a standard deviation of 18 %: five of them in the worst of all tensors, and about one in
    /// their root mean square.
    /// </summary>
    [Fact]
    public void SketchesEstimateTheTrueDistancesOfTrainedWeights()
    {
        var (golden, end) = Right.Value;
        var (other, otherEnd) = Run(OptimizerFaults.RateTimes(1.01));
        var others = other.Tensors.Where(tensor => tensor.Part == GoldenPart.Weight).ToDictionary(tensor => tensor.Name);
        var errors = golden
            .Tensors.Where(tensor =>
                tensor is { Part: GoldenPart.Weight, Role: GoldenRole.Trained } && others[tensor.Name].Digest != tensor.Digest
            )
            .Select(tensor =>
                (
                    tensor.Movement!.SquaredDistance(others[tensor.Name].Movement!)
                    / Distance.Squared(end.Raw[tensor.Name], otherEnd.Raw[tensor.Name])
                ) - 1
            )
            .ToList();

        errors.Should().HaveCountGreaterThan(50);
        errors.Should().AllSatisfy(error => Math.Abs(error).Should().BeLessThan(5 * Sketch.RelativeDeviation));
        Math.Sqrt(errors.Average(error => error * error))
            .Should()
            .BeInRange(0.5 * Sketch.RelativeDeviation, 1.5 * Sketch.RelativeDeviation);
    }

    private static string Text(GoldenComparison comparison) =>
        comparison.ToString().Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal);

    private static GoldenComparison Compare(Alteration alteration) => GoldenComparer.Compare(Right.Value.Golden, Run(alteration).Golden);

    // Ten times the rate of the calm profile: at its own, a weight of a norm moves by two units in the last place in four iterations, of
    // which a golden can say nothing.
    private static (GoldenRecord Golden, RunEnd End) Run(Alteration alteration, string? perturbation = null)
    {
        var plan = RanksPlans.Plan("r18vd-calm", "2", "batch=2", "sizes=[64]", "learningRatePerImage=0.00005");
        var watch = new GoldenWatch("sensitivity", 4);
        IBatchSource batches = perturbation is null ? plan.Whole : new PerturbedBatches(plan.Whole, perturbation);
        var end = TestEnvironment.With(
            2,
            () =>
                IterationLoop.Execute(
                    plan.Run with
                    {
                        Batches = _ => batches,
                        Iterations = 4,
                        Alteration = alteration,
                        Observe = watch.Attach,
                    }
                )
        );
        return (watch.Build(GoldenEnvironment.Current("sensitivity", 2)), end);
    }
}
