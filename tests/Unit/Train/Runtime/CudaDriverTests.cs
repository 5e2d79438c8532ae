using System.Runtime.InteropServices;
using PPYolo.Train.Runtime;
using TorchSharp;

namespace PPYolo.Tests.Unit.Train.Runtime;

/// <summary>What libtorch says of itself: it keeps what is for cards on a machine without one too.</summary>
public sealed class CudaDriverTests
{
    [Fact]
    public void Tf32_is_on_for_convolutions_until_it_is_forbidden()
    {
        var (products, convolutions) = (torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32);
        convolutions.Should().BeTrue("there would be nothing to forbid otherwise");
        try
        {
            new CudaDriver().AllowTf32(false);

            torch.backends.cudnn.allow_tf32.Should().BeFalse();
            torch.backends.cuda.matmul.allow_tf32.Should().BeFalse();

            new CudaDriver().AllowTf32(true);

            torch.backends.cudnn.allow_tf32.Should().BeTrue();
            torch.backends.cuda.matmul.allow_tf32.Should().BeTrue();
        }
        finally
        {
            torch.backends.cuda.matmul.allow_tf32 = products;
            torch.backends.cudnn.allow_tf32 = convolutions;
        }
    }

    [Fact]
    public void Determinism_is_set_where_libtorch_keeps_it()
    {
        var context = GlobalContext();
        DeterministicAlgorithms(context).Should().Be(0);
        try
        {
            new CudaDriver().ChooseDeterministic().Should().BeTrue();

            DeterministicCuDnn(context).Should().Be(1);
            DeterministicAlgorithms(context).Should().Be(1);
        }
        finally
        {
            SetDeterministicCuDnn(context, 0);
            SetDeterministicAlgorithms(context, 0, 0);
        }
    }

    [DllImport("torch_cpu", EntryPoint = "_ZN2at13globalContextEv")]
    private static extern nint GlobalContext();

    [DllImport("torch_cpu", EntryPoint = "_ZNK2at7Context18deterministicCuDNNEv")]
    private static extern byte DeterministicCuDnn(nint context);

    [DllImport("torch_cpu", EntryPoint = "_ZNK2at7Context23deterministicAlgorithmsEv")]
    private static extern byte DeterministicAlgorithms(nint context);

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context21setDeterministicCuDNNEb")]
    private static extern void SetDeterministicCuDnn(nint context, byte value);

    [DllImport("torch_cpu", EntryPoint = "_ZN2at7Context26setDeterministicAlgorithmsEbb")]
    private static extern void SetDeterministicAlgorithms(nint context, byte value, byte warnOnly);
}
