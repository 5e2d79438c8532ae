using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Kernels.Memory;
using PPYolo.Model.State;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Optimization;

public sealed class ExponentialMovingAverageTests
{
    private static readonly TrainingRecipe Threshold = new TrainOptions().ToRecipe() with
    {
        EmaDecay = 0.9998,
        EmaDecayType = EmaDecayType.Threshold,
    };

    public static TheoryData<EmaDecayType, double, int> Cases =>
        new()
        {
            // The last one reaches its threshold after four updates.
            { EmaDecayType.Threshold, 0.9998, 12 },
            { EmaDecayType.Exponential, 0.9998, 12 },
            { EmaDecayType.Normal, 0.97, 12 },
            { EmaDecayType.Threshold, 0.3, 12 },
        };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Equals_the_definition_bit_by_bit(EmaDecayType type, double decay, int updates)
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        using var ema = new ExponentialMovingAverage(entries, new TrainOptions { EmaDecay = decay, EmaDecayType = type }.ToRecipe());
        var expected = entries.Take(3).Select(entry => new float[entry.Value.numel()]).ToArray();
        double last = 0;
        for (var step = 0; step < updates; step++)
        {
            Set(entries, step);
            last = type switch
            {
                EmaDecayType.Threshold => Math.Min(decay, (1.0 + step) / (10.0 + step)),
                EmaDecayType.Exponential => decay * (1 - Math.Exp(-(step + 1) / 2000.0)),
                _ => decay,
            };
            for (var i = 0; i < expected.Length; i++)
            {
                var weights = entries[i].Value.data<float>().ToArray();
                for (var j = 0; j < weights.Length; j++)
                {
                    // Every product and the sum are rounded to float32; products of two float32 numbers are exact in float64.
                    float kept = (float)((double)(float)last * expected[i][j]),
                        added = (float)((double)(float)(1 - last) * weights[j]);
                    expected[i][j] = (float)((double)kept + added);
                }
            }

            ema.Update();
        }

        ema.Updates.Should().Be(updates);
        using var state = ema.State();
        using var read = ema.Read(entries);
        var correction = (float)(1 - Math.Pow(last, updates));
        for (var i = 0; i < expected.Length; i++)
        {
            state[entries[i].Key].As<float>().ToArray().Should().Equal(expected[i]);
            read[entries[i].Key].As<float>().ToArray().Should().Equal(expected[i].Select(value => value / correction));
        }
    }

    /// <summary>What a card runs: all weights at once.</summary>
    [Fact]
    public void Lists_of_weights_are_averaged_as_kernels_do_bit_by_bit()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        using ExponentialMovingAverage kernels = new(entries, Threshold),
            lists = new(entries, Threshold);
        for (var step = 0; step < 3; step++)
        {
            Set(entries, step);
            kernels.Update();
            using var path = CpuPath.Close(kernels: true, memory: true);
            lists.Update();
        }

        TensorDigest.Of(lists.State()).Should().Be(TensorDigest.Of(kernels.State()));
    }

    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(1, 2.0 / 11)]
    [InlineData(9, 10.0 / 19)]
    [InlineData(44_988, 44_989.0 / 44_998)]
    [InlineData(1_000_000, 0.9998)]
    public void Threshold_rises_to_the_decay(long updates, double decay)
    {
        using var scope = NewDisposeScope();
        using var ema = new ExponentialMovingAverage(Entries(), Threshold);

        ema.Decay(updates).Should().Be(Math.Min(0.9998, decay));
    }

    [Fact]
    public void Reads_batch_counters_from_the_network_in_its_order()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        using var ema = new ExponentialMovingAverage(entries, Threshold);
        ema.Update();

        using var read = ema.Read(entries);

        read.Names.Should().Equal(entries.Select(entry => entry.Key));
        read["norm.num_batches_tracked"].As<long>()[0].Should().Be(41);
        using var state = ema.State();
        state.Names.Should().NotContain("norm.num_batches_tracked");
    }

    [Fact]
    public void One_update_is_the_weights_themselves()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        using var ema = new ExponentialMovingAverage(entries, Threshold);

        ema.Update();

        // 0.9 w / 0.9, each rounded once.
        ema.Read(entries)["conv.weight"].ToTorch().ShouldBeNear(entries[0].Value, 2.4e-7);
    }

    [Fact]
    public void Reading_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        using var ema = new ExponentialMovingAverage(entries, Threshold);
        ema.Update();
        ema.Update();
        var before = TensorDigest.Of(ema.State());

        var reads = Enumerable.Range(0, 3).Select(_ => TensorDigest.Of(ema.Read(entries))).Distinct();

        reads.Should().ContainSingle();
        TensorDigest.Of(ema.State()).Should().Be(before);
        ema.Updates.Should().Be(2);
    }

    [Fact]
    public void Before_the_first_update_there_is_nothing_to_read()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        using var ema = new ExponentialMovingAverage(entries, Threshold);
        var read = () => ema.Read(entries);

        read.Should().Throw<InvalidOperationException>().WithMessage("the moving average has not seen any weights yet");
    }

    [Fact]
    public void Goes_on_from_a_saved_state()
    {
        using var scope = NewDisposeScope();
        var entries = Entries();
        using ExponentialMovingAverage through = new(entries, Threshold),
            other = new(entries, Threshold);
        through.Update();
        other.LoadState(through.State(), through.Updates);
        Set(entries, 5);

        through.Update();
        other.Update();

        TensorDigest.Of(other.Read(entries)).Should().Be(TensorDigest.Of(through.Read(entries)));
    }

    [Fact]
    public void A_state_of_another_network_is_refused()
    {
        using var scope = NewDisposeScope();
        using var ema = new ExponentialMovingAverage(Entries(), Threshold);
        using var state = new NamedTensors();
        state.Add("conv.weight", TensorData.Of<float>(new float[6], 2, 3));
        var load = () => ema.LoadState(state, 3);

        load.Should().Throw<AlignException>().WithMessage("tensor 'conv.weight': expected *, found float32 2x3");
        ema.Updates.Should().Be(0);
    }

    [Fact]
    public void Kernel_equals_torch_operations_bit_by_bit()
    {
        using var scope = NewDisposeScope();
        Tensor Values(string name) => TestTensors.Of(name, 1, 300, 451);
        Tensor kernel = Values("e"),
            operations = Values("e").t().contiguous().t();

        EmaUpdate.Run([new EmaUpdate(kernel, Values("w"), 0.9f, 0.1f)]);
        // A tensor that is not contiguous goes the way of torch operations.
        EmaUpdate.Run([new EmaUpdate(operations, Values("w"), 0.9f, 0.1f)]);

        operations.is_contiguous().Should().BeFalse();
        kernel.ShouldEqual(operations);
        TensorAssertions.LargestDifference(kernel, Values("e")).Should().BeGreaterThan(0);
    }

    /// <summary>A parameter, two statistics and a counter.</summary>
    private static List<StateEntry> Entries()
    {
        List<StateEntry> entries =
        [
            new("conv.weight", nn.Parameter(zeros(17, 5))),
            new("norm.running_mean", zeros(33)),
            new("norm.running_var", zeros(1)),
            new("norm.num_batches_tracked", tensor(41L)),
        ];
        Set(entries, 0);
        return entries;
    }

    private static void Set(List<StateEntry> entries, int step)
    {
        using var noGrad = no_grad();
        foreach (var entry in entries.Where(entry => !entry.IsBatchCounter))
        {
            entry.Value.copy_(TestTensors.Of($"{entry.Key} {step}", 1, entry.Value.shape));
        }
    }
}
