using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Operations;

public sealed class OperationTests
{
    [Fact]
    public void Saved_tensors_and_gradients_are_freed_while_the_backward_pass_goes()
    {
        using var scope = NewDisposeScope();
        var leaf = ones(1 << 16).requires_grad_();
        var map = leaf;
        Watched.Held.Clear();
        for (var i = 0; i < 8; i++)
        {
            map = Watched.apply(map, ones(1));
        }

        map.sum().backward();
        BackwardPass.Finish();

        // One more than before when the second operation returns: the gradient that the first one handed on and libtorch is about to use.
        Watched.Held.Should().HaveCount(8);
        Watched.Held.Max().Should().BeLessThanOrEqualTo(Watched.Held[0] + 1);
    }

    [Fact]
    public void Nothing_but_the_result_is_left_behind()
    {
        using var scope = NewDisposeScope();
        Tensor leaf = ones(4).requires_grad_(),
            other = ones(1);
        var before = scope.DisposablesCount;

        Watched.apply(leaf, other);

        (scope.DisposablesCount - before).Should().Be(1);
    }

    [Fact]
    public void A_gradient_that_is_not_defined_goes_on_as_such()
    {
        using var scope = NewDisposeScope();
        Tensor blind = ones(4).requires_grad_(),
            seeing = ones(4).requires_grad_();

        (Blind.apply(Watched.apply(blind, ones(1))) + seeing).sum().backward();
        BackwardPass.Finish();

        blind.grad.Should().BeNull();
        seeing.grad!.data<float>().ToArray().Should().Equal(1, 1, 1, 1);
    }

    [Fact]
    public void A_second_backward_pass_says_that_what_it_needs_is_freed()
    {
        using var scope = NewDisposeScope();
        var leaf = ones(4).requires_grad_();
        var sum = Watched.apply(leaf, ones(1)).sum();
        sum.backward(retain_graph: true);
        BackwardPass.Finish();

        sum.backward();

        var finish = BackwardPass.Finish;
        finish.Should().Throw<InvalidOperationException>().WithMessage("*second backward pass*compute the result again*");
        leaf.grad!.data<float>().ToArray().Should().Equal(1, 1, 1, 1);
    }

    /// <summary>Passes on what it is given, and counts in each backward step how many tensors the thread's dispose scopes hold.</summary>
    private sealed class Watched : Operation<Watched>
    {
        public static List<long> Held { get; } = [];

        protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
        {
            ctx.save_for_backward([(Tensor)arguments[0]]);
            return ((Tensor)arguments[0]).clone();
        }

        protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
        {
            var result = gradient.clone();
            Held.Add(TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
            return [result, null!];
        }
    }

    /// <summary>Passes on what it is given, and no gradient.</summary>
    private sealed class Blind : Operation<Blind>
    {
        protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments) => ((Tensor)arguments[0]).clone();

        protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient) =>
            [null!];
    }
}
