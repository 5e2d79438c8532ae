using PPYolo.Align.Tensors;
using PPYolo.Align.Verdicts;
using PPYolo.Harness.Self;

namespace PPYolo.Tests.Unit.Harness.Self;

/// <summary>What a record may be away from its replays, where nothing promises the same bits.</summary>
public sealed class NoiseComparisonTests
{
    private const float Above1 = 1.0000001f;

    private readonly List<TensorFinding> findings = [];

    [Theory]
    [InlineData(3, true)]
    [InlineData(3.1, false)]
    [InlineData(1000, false)]
    public void A_record_is_within_three_times_the_distance_of_two_replays(double times, bool passes)
    {
        // Replays are 0.001 apart in one element, and so is the bound of the whole tensor.
        var check = Of([("w", [2, 2 + (float)(0.001 * times) - 1e-6f])], [("w", [2, 2])], [("w", [2, 2.001f])], [("w", [2, 2.0005f])]);

        check.Passed.Should().Be(passes);
        check.Noise.Should().BeApproximately(0.001, 1e-6);
        check.Bound.Should().BeApproximately(0.003, 3e-6);
        check.Note.Should().StartWith("1 compared; replays differ in 1 of them, by up to 1.00e-03 (w)");
        findings.Should().ContainSingle().Which.Bound.Should().Be(check.Bound);
    }

    [Fact]
    public void Where_replays_are_equal_the_record_must_be_whatever_the_noise_of_other_tensors()
    {
        var check = Of([("loud", [5]), ("still", [Above1])], [("loud", [5]), ("still", [1])], [("loud", [6]), ("still", [1])]);

        check
            .Should()
            .BeEquivalentTo(
                new
                {
                    Passed = false,
                    Worst = "still",
                    Bound = 0.0,
                }
            );
    }

    [Fact]
    public void Where_all_replays_are_equal_a_single_bit_is_too_much()
    {
        Of([("w", [1])], [("w", [1])], [("w", [1])]).Passed.Should().BeTrue();
        Of([("w", [Above1])], [("w", [1])], [("w", [1])]).Passed.Should().BeFalse();
        Of([("w", [-0f])], [("w", [0])], [("w", [0])]).Passed.Should().BeFalse("a zero of the other sign is another bit");
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_floor_that_is_no_number_is_never_agreement(float value)
    {
        Of([("w", [1])], [("w", [1])], [("w", [value])], [("w", [1])]).Passed.Should().BeFalse();
        Of([("w", [value])], [("w", [1])], [("w", [1.5f])]).Passed.Should().BeFalse();
        Of(NoiseMeasure.Losses, [("a", [1]), ("b", [1])], [("a", [1]), ("b", [1])], [("a", [value]), ("b", [1])]).Passed.Should().BeFalse();
    }

    [Fact]
    public void What_one_run_lacks_is_never_agreement()
    {
        Of([("w", [1])], [("w", [1]), ("v", [1])], [("w", [1]), ("v", [1])]).Should().BeEquivalentTo(new { Passed = false, Worst = "v" });
        Of([("w", [1]), ("v", [1])], [("w", [1]), ("v", [1])], [("w", [1])]).Passed.Should().BeFalse();
        Of([("w", [1])], [("w", [1])], [("w", [1, 1])]).Passed.Should().BeFalse("another shape is no noise");
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public void Where_a_small_number_is_rounded_otherwise_the_largest_may_be_too(int places, bool passes)
    {
        var largest = 64f;
        for (var place = 0; place < places; place++)
        {
            largest = MathF.BitIncrement(largest);
        }

        Of([("w", [largest, 0.1f])], [("w", [64, 0.1f])], [("w", [64, MathF.BitIncrement(0.1f)])]).Passed.Should().Be(passes);
        Of([("w", [MathF.BitIncrement(64), 0.1f])], [("w", [64, 0.1f])], [("w", [64, 0.1f])]).Passed.Should().BeFalse("there is no noise");
    }

    [Theory]
    [InlineData(3, 1, true)]
    [InlineData(4, 1, false)]
    [InlineData(1, 3, true)]
    [InlineData(1, 4, false)]
    public void A_last_bit_may_turn_in_the_record_as_often_as_in_a_replay(int tensors, int places, bool passes)
    {
        // A replay has it in one tensor, so that three are granted, by three units in the last place.
        string[] names = ["a", "b", "c", "d", "e"];
        var other = 1f;
        for (var place = 0; place < places; place++)
        {
            other = MathF.BitIncrement(other);
        }

        var replay = names.Select(name => (name, new[] { 1f, 0.1f })).ToArray();

        Check With(float turned) =>
            Of(
                [.. names.Select((name, i) => (name, new[] { i > 0 && i <= tensors ? other : 1f, 0.1f }))],
                replay,
                [("a", [turned, 0.1f]), .. replay[1..]],
                replay
            );

        With(Above1).Passed.Should().Be(passes);
        With(1).Passed.Should().BeFalse("no replay is ever alone");
        With(1.5f).Passed.Should().BeFalse("that is more than a last bit");
    }

    [Fact]
    public void Noise_of_losses_is_relative_and_stays_in_later_iterations()
    {
        var replays = new[] { Losses(1, 200, 300), Losses(1, 200.02f, 300), Losses(1, 200, 300) };

        Of(NoiseMeasure.Losses, Losses(1, 200.05f, 300.07f), replays).Passed.Should().BeTrue();
        Of(NoiseMeasure.Losses, Losses(1, 200.05f, 300.1f), replays).Should().BeEquivalentTo(new { Passed = false, Worst = "iteration 2" });
        Of(NoiseMeasure.Losses, Losses(Above1, 200, 300), replays)
            .Should()
            .BeEquivalentTo(new { Passed = false, Worst = "iteration 0" }, "noise began later");
    }

    private static (string, float[])[] Losses(params float[] values) =>
        [.. values.Select((value, i) => ($"iteration {i}", new[] { value, 7 }))];

    private Check Of((string, float[])[] recorded, params (string, float[])[][] replays) => Of(NoiseMeasure.Tensors, recorded, replays);

    private Check Of(NoiseMeasure measure, (string, float[])[] recorded, params (string, float[])[][] replays) =>
        NoiseComparison.Run("weights", measure, Set(recorded), [.. replays.Select(Set)], findings);

    private static NamedTensors Set((string Name, float[] Values)[] tensors)
    {
        var set = new NamedTensors();
        foreach (var (name, values) in tensors)
        {
            set.Add(name, TensorData.Of<float>(values, values.Length));
        }

        return set;
    }
}
