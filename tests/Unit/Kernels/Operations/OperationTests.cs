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

    /// <summary>libtorch runs what a card computes on a thread of its own; here the whole backward pass is on another one.</summary>
    [Fact]
    public void A_failure_on_another_thread_is_thrown_where_the_graph_was_computed()
    {
        using var scope = NewDisposeScope();
        var leaf = ones(4).requires_grad_();
        var sum = Failing.apply(leaf, "it failed elsewhere", false).sum();

        OnAnotherThread(() => sum.backward());

        var finish = BackwardPass.Finish;
        finish.Should().Throw<InvalidOperationException>().WithMessage("it failed elsewhere");
        finish.Should().NotThrow("a failure is reported once");
        leaf.grad!.data<float>().ToArray().Should().OnlyContain(value => value == 0);
    }

    /// <summary>As two ranks in one process whose backward functions one card's thread runs.</summary>
    [Fact]
    public void Passes_at_once_do_not_take_each_others_failures()
    {
        using var scope = NewDisposeScope();
        Tensor mine = Failing.apply(ones(4).requires_grad_(), "mine", false).sum(),
            theirs = null!;
        Exception? found = null,
            again = null;
        using var computed = new ManualResetEventSlim();
        using var passed = new ManualResetEventSlim();
        var other = new Thread(() =>
        {
            theirs = Failing.apply(ones(4).requires_grad_(), "theirs", false).sum();
            computed.Set();
            passed.Wait();
            found = Record.Exception(BackwardPass.Finish);
            again = Record.Exception(BackwardPass.Finish);
        });
        other.Start();
        computed.Wait();

        OnAnotherThread(() =>
        {
            theirs.backward();
            mine.backward();
        });
        passed.Set();
        other.Join();

        found!.Message.Should().Be("theirs");
        again.Should().BeNull();
        var finish = BackwardPass.Finish;
        finish.Should().Throw<InvalidOperationException>().WithMessage("mine");
    }

    [Fact]
    public void A_failure_is_thrown_though_not_even_zeros_can_be_made()
    {
        using var scope = NewDisposeScope();
        var leaf = ones(4).requires_grad_();

        Failing.apply(leaf, "no memory", true).sum().backward();

        var finish = BackwardPass.Finish;
        finish.Should().Throw<InvalidOperationException>().WithMessage("no memory");
        leaf.grad.Should().BeNull();
    }

    private static void OnAnotherThread(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    /// <summary>Fails in the backward pass with a message, and may leave no gradient that zeros could be made like.</summary>
    private sealed class Failing : Operation<Failing>
    {
        protected override Tensor Compute(autograd.AutogradContext ctx, object[] arguments)
        {
            ctx.save_data("message", arguments[1]);
            ctx.save_data("takes", arguments[2]);
            return ((Tensor)arguments[0]).clone();
        }

        protected override List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient)
        {
            if ((bool)ctx.get_data("takes"))
            {
                gradient.Dispose();
            }

            throw new InvalidOperationException((string)ctx.get_data("message"));
        }
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
