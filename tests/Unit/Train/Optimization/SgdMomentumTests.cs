using PPYolo.Align;
using PPYolo.Align.Tensors;
using PPYolo.Kernels.Memory;
using PPYolo.Kernels.Operations;
using PPYolo.Train.Optimization;
using PPYolo.Train.Options;
using PPYolo.Train.Stepping;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Train.Optimization;

public sealed class SgdMomentumTests
{
    private const double Momentum = 0.9;

    [Fact]
    public void Equals_torchs_optimizer_bit_by_bit_over_20_steps()
    {
        using var scope = NewDisposeScope();
        OptimizedParameters ours = new(),
            theirs = new();
        using var found = new SgdMomentum(ours.Groups, Momentum);
        // A group's values are its own, not the optimizer's defaults: all are set.
        using var expected = new SGD(
            theirs.Groups.Select(group => new SGD.ParamGroup(
                group.Parameters.Select(entry => (Parameter)entry.Value),
                lr: 0.01,
                momentum: Momentum,
                dampening: 0,
                weight_decay: group.WeightDecay,
                nesterov: false
            )),
            lr: 0.01,
            momentum: Momentum,
            dampening: 0,
            weight_decay: 0,
            nesterov: false,
            maximize: false
        );
        for (var iteration = 0; iteration < 20; iteration++)
        {
            ours.SetGradients(iteration);
            theirs.SetGradients(iteration);
            var rate = 0.01 / (iteration + 3);
            foreach (var group in expected.ParamGroups)
            {
                group.LearningRate = rate;
            }

            found.Step(rate, [1, 1]);
            expected.step();

            for (var i = 0; i < ours.Entries.Count; i++)
            {
                ours.Entries[i].Value.ShouldEqual(theirs.Entries[i].Value, $"{ours.Entries[i].Key} after step {iteration}");
            }
        }
    }

    /// <summary>First step or not, clipping, weight decay.</summary>
    [Theory]
    [InlineData(true, 1, 0)]
    [InlineData(true, 0.3f, 0.05f)]
    [InlineData(false, 1, 0)]
    [InlineData(false, 1, 0.05f)]
    [InlineData(false, 0.3f, 0)]
    [InlineData(false, 0.3f, 0.05f)]
    public void Kernel_equals_torch_operations_bit_by_bit(bool first, float scale, float decay)
    {
        using var scope = NewDisposeScope();
        const int rows = 300,
            columns = 451;
        Tensor Values(string name) => TestTensors.Of(name, 1, rows, columns);
        (Tensor Parameter, Tensor Gradient, Tensor Buffer) kernel = (Values("p"), Values("g"), Values("b"));
        // Tensors that are not contiguous go the way of torch operations.
        Tensor Transposed(string name) => Values(name).t().contiguous().t();
        (Tensor Parameter, Tensor Gradient, Tensor Buffer) operations = (Transposed("p"), Transposed("g"), Transposed("b"));

        SgdUpdate.Run([new SgdUpdate(kernel.Parameter, kernel.Gradient, kernel.Buffer, first, scale, decay, 0.9f, 0.01f)]);
        SgdUpdate.Run([new SgdUpdate(operations.Parameter, operations.Gradient, operations.Buffer, first, scale, decay, 0.9f, 0.01f)]);

        operations.Parameter.is_contiguous().Should().BeFalse();
        kernel.Parameter.ShouldEqual(operations.Parameter, "parameter");
        kernel.Buffer.ShouldEqual(operations.Buffer, "momentum");
        kernel.Gradient.ShouldEqual(Values("g"), "gradient");
        kernel.Parameter.ToData().BitwiseEquals(Values("p").ToData()).Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Has_the_same_bits_on_any_number_of_threads(int threads)
    {
        using var scope = NewDisposeScope();

        var found = TestEnvironment.WithThreads(threads, () => Trained(3));

        foreach (var (one, other) in found.Zip(TestEnvironment.WithThreads(2, () => Trained(3))))
        {
            one.ShouldEqual(other);
        }

        static List<Tensor> Trained(int steps)
        {
            var parameters = new OptimizedParameters();
            using var optimizer = new SgdMomentum(parameters.Groups, Momentum);
            for (var iteration = 0; iteration < steps; iteration++)
            {
                parameters.SetGradients(iteration);
                optimizer.Step(0.01, [1, 1]);
            }

            return [.. parameters.Entries.Select(entry => entry.Value)];
        }
    }

    [Fact]
    public void A_parameter_without_a_gradient_is_left_alone()
    {
        using var scope = NewDisposeScope();
        OptimizedParameters parameters = new(),
            untouched = new();
        using var optimizer = new SgdMomentum(parameters.Groups, Momentum);

        parameters.SetGradients(0, "a.conv.weight");
        optimizer.Step(0.1, [1, 1]);

        parameters["a.conv.weight"].Value.ShouldEqual(untouched["a.conv.weight"].Value);
        TensorAssertions.LargestDifference(parameters["b.conv.weight"].Value, untouched["b.conv.weight"].Value).Should().BeGreaterThan(0);
        optimizer.Momentum().Names.Should().Equal("a.norm.weight", "a.norm.bias", "yolo_head.yolo_output_0.bias", "b.conv.weight");
    }

    /// <summary>What a card runs: all parameters of a group at once.</summary>
    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.3, 1)]
    [InlineData(0.3, 0.7)]
    public void Lists_of_parameters_train_as_kernels_do_bit_by_bit(double first, double second)
    {
        using var scope = NewDisposeScope();
        OptimizedParameters kernels = new(),
            lists = new();
        using SgdMomentum one = new(kernels.Groups, Momentum),
            other = new(lists.Groups, Momentum);
        for (var iteration = 0; iteration < 4; iteration++)
        {
            // One parameter has its first gradient later than the others, and one lacks it once.
            var without = iteration is 0 or 2 ? [iteration == 0 ? "a.conv.weight" : "a.norm.bias"] : Array.Empty<string>();
            kernels.SetGradients(iteration, without);
            lists.SetGradients(iteration, without);
            one.Step(0.01, [first, second]);
            var norms = one.GradientNorms();
            using (CpuPath.Close(kernels: true, memory: true))
            {
                other.Step(0.01, [first, second]);
                other.GradientNorms().Should().Equal(norms);
            }
        }

        foreach (var (found, expected) in lists.Entries.Zip(kernels.Entries))
        {
            found.Value.ShouldEqual(expected.Value, found.Key);
        }

        TensorDigest.Of(other.Momentum()).Should().Be(TensorDigest.Of(one.Momentum()));
    }

    /// <summary>The reference clips by norms that PyTorch computes one by one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100_003)]
    public void A_norm_of_a_list_is_that_of_its_tensor(int count)
    {
        using var scope = NewDisposeScope();
        var values = TestTensors.Of("norm", 3, count);

        TensorLists.Norms([ones(5), values])[1].ShouldEqual(values.norm());
    }

    [Theory]
    [InlineData("ppyolo_r18vd_voc2012")]
    [InlineData("ppyolo_r50vd_voc2012")]
    public void A_card_is_asked_for_as_much_however_many_parameters_there_are(string config)
    {
        using var path = CpuPath.Close(kernels: true, memory: true);
        using var scope = NewDisposeScope();
        var options = TrainOptionsFile.Read(config, ["batch=1", "sizes=[64]"]);
        using var network = TestTensors.Network(options.ToNetwork());
        using var parts = StepParts.Of(network, options.ToRecipe(), 1);
        foreach (var parameter in parts.Optimizer.Groups.SelectMany(group => group.Parameters))
        {
            parameter.Value.grad = zeros_like(parameter.Value, requires_grad: false);
        }

        parts.Update(0.01, null);
        parts.MoveAverage();
        using var asked = new RecordedOperations();

        parts.Update(0.01, null);
        parts.MoveAverage();

        // Momentum and parameters for two groups, decay for one; three for the average.
        asked.Found.Should().Equal("1 aten::_foreach_add", "1 aten::_foreach_mul", "3 aten::_foreach_mul_", "5 aten::_foreach_add_");
    }

    [Fact]
    public void Clears_gradients_by_freeing_them()
    {
        using var scope = NewDisposeScope();
        var parameters = new OptimizedParameters();
        using var optimizer = new SgdMomentum(parameters.Groups, Momentum);
        parameters.SetGradients(0);

        optimizer.ClearGradients();

        parameters.Entries.Select(entry => entry.Value.grad).Should().AllSatisfy(gradient => gradient.Should().BeNull());
        optimizer.GradientNorms().Should().Equal(0, 0);
    }

    [Fact]
    public void Norms_are_those_of_each_group()
    {
        using var scope = NewDisposeScope();
        var parameters = new OptimizedParameters();
        using var optimizer = new SgdMomentum(parameters.Groups, Momentum);
        parameters.SetGradients(0, "a.norm.bias");

        var norms = optimizer.GradientNorms();

        for (var i = 0; i < 2; i++)
        {
            var squares = parameters
                .Groups[i]
                .Parameters.Where(entry => entry.Key != "a.norm.bias")
                .Sum(entry => entry.Value.grad!.to(ScalarType.Float64).square().sum().item<double>());
            // Each tensor's norm is rounded to float32.
            norms[i].Should().BeApproximately(Math.Sqrt(squares), 1e-6 * Math.Sqrt(squares));
        }
    }

    [Fact]
    public void Scales_gradients_of_each_group_before_decay_and_leaves_them()
    {
        using var scope = NewDisposeScope();
        OptimizedParameters scaled = new(),
            plain = new();
        using SgdMomentum one = new(scaled.Groups, Momentum),
            other = new(plain.Groups, Momentum);
        scaled.SetGradients(0);
        plain.SetGradients(0);
        foreach (var (group, factor) in plain.Groups.Zip([0.5, 0.25]))
        {
            // Powers of two scale exactly.
            group.Parameters.ToList().ForEach(entry => entry.Value.grad!.mul_(factor));
        }

        one.Step(0.1, [0.5, 0.25]);
        other.Step(0.1, [1, 1]);

        foreach (var (found, expected) in scaled.Entries.Zip(plain.Entries))
        {
            found.Value.ShouldEqual(expected.Value, found.Key);
        }

        scaled["b.conv.weight"].Value.grad!.ShouldEqual(TestTensors.Of("b.conv.weight 0", 2, 257, 300));
    }

    [Fact]
    public void Goes_on_from_saved_momentum()
    {
        using var scope = NewDisposeScope();
        OptimizedParameters whole = new(),
            first = new();
        using SgdMomentum through = new(whole.Groups, Momentum),
            before = new(first.Groups, Momentum),
            after = new(first.Groups, Momentum);
        foreach (
            var (optimizer, parameters, iteration) in new[]
            {
                (through, whole, 0),
                (through, whole, 1),
                (through, whole, 2),
                (before, first, 0),
                (before, first, 1),
            }
        )
        {
            parameters.SetGradients(iteration);
            optimizer.Step(0.01, [1, 1]);
        }

        after.LoadMomentum(before.Momentum());
        first.SetGradients(2);
        after.Step(0.01, [1, 1]);

        foreach (var (found, expected) in first.Entries.Zip(whole.Entries))
        {
            found.Value.ShouldEqual(expected.Value, found.Key);
        }

        TensorDigest.Of(after.Momentum()).Should().Be(TensorDigest.Of(through.Momentum()));
    }

    [Theory]
    [InlineData("c.conv.weight", 5, "there is momentum for 'c.conv.weight', which is no trainable parameter of this network")]
    [InlineData("a.norm.weight", 4, "tensor 'a.norm.weight': expected float32 of shape 5, found float32 4")]
    public void Momentum_of_something_else_is_refused(string key, int count, string message)
    {
        using var scope = NewDisposeScope();
        using var optimizer = new SgdMomentum(new OptimizedParameters().Groups, Momentum);
        using var tensors = new NamedTensors();
        tensors.Add(key, TensorData.Of<float>(new float[count], count));
        var load = () => optimizer.LoadMomentum(tensors);

        load.Should().Throw<AlignException>().WithMessage(message);
    }
}
