using PPYolo.Kernels.Elementwise;
using static TorchSharp.torch;

namespace PPYolo.Tests.Unit.Kernels.Elementwise;

public sealed class ResidualSumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Has_the_bits_of_the_two_operations_with_and_without_gradients(int threads)
    {
        using var scope = NewDisposeScope();
        // More than one piece of work, and no whole vector at the end.
        Tensor branch = TestTensors.Of("branch", 2, 1, 3, 149, 101),
            shortcut = TestTensors.Of("shortcut", 2, 1, 3, 149, 101);
        branch[0, 0, 0, 0] = float.NaN;
        var expected = (branch + shortcut).relu();

        TestEnvironment.WithThreads(
            threads,
            () =>
            {
                ResidualSum.OfOwn(branch.clone(), shortcut).nan_to_num(7).ShouldEqual(expected.nan_to_num(7));
                ResidualSum
                    .OfOwn(branch.clone(), shortcut.clone().requires_grad_(true))
                    .detach()
                    .nan_to_num(7)
                    .ShouldEqual(expected.nan_to_num(7));
                return 0;
            }
        );
    }

    [Fact]
    public void Takes_the_branchs_memory_and_leaves_the_shortcut()
    {
        using var scope = NewDisposeScope();
        Tensor branch = TestTensors.Of("branch", 2, 1, 3, 4, 5),
            shortcut = TestTensors.Of("shortcut", 2, 1, 3, 4, 5);
        var before = shortcut.clone();

        ResidualSum.OfOwn(branch, shortcut).Should().BeSameAs(branch);

        shortcut.ShouldEqual(before);
    }
}
