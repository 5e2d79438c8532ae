using TorchSharp;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Operations;

/// <summary>
/// Operations over many tensors at once. A card runs each in a few launches, instead of one for every tensor. TorchSharp has no methods for
/// them, but TorchScript knows them.
/// </summary>
internal static class TensorLists
{
    private const string Text = """
        def times(x: List[Tensor], by: float):
            return torch._foreach_mul(x, by)
        def multiply(x: List[Tensor], by: float):
            torch._foreach_mul_(x, by)
        def plus(x: List[Tensor], y: List[Tensor], alpha: float):
            return torch._foreach_add(x, y, alpha=alpha)
        def add(x: List[Tensor], y: List[Tensor], alpha: float):
            torch._foreach_add_(x, y, alpha=alpha)
        def copy(x: List[Tensor], y: List[Tensor]):
            torch._foreach_copy_(x, y)
        def norms(x: List[Tensor]):
            return torch.stack(torch._foreach_norm(x))
        def bits(x: Tensor):
            return torch.view_copy(x, dtype=3)

        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Text));

    /// <summary>x * by, as new tensors.</summary>
    public static Tensor[] Times(Tensor[] x, double by)
    {
        using Scalar number = by;
        return (Tensor[])Invoke("times", number, [x]);
    }

    /// <summary>x = x * by.</summary>
    public static void Multiply(Tensor[] x, double by)
    {
        using Scalar number = by;
        Invoke("multiply", number, [x]);
    }

    /// <summary>x + alpha * y, as new tensors.</summary>
    public static Tensor[] Plus(Tensor[] x, Tensor[] y, double alpha)
    {
        using Scalar number = alpha;
        return (Tensor[])Invoke("plus", number, [x, y]);
    }

    /// <summary>x = x + alpha * y.</summary>
    public static void Add(Tensor[] x, Tensor[] y, double alpha = 1)
    {
        using Scalar number = alpha;
        Invoke("add", number, [x, y]);
    }

    /// <summary>x = y.</summary>
    public static void Copy(Tensor[] x, Tensor[] y) => Invoke("copy", null, [x, y]);

    /// <summary>The L2 norm of each tensor, in one tensor of their type.</summary>
    public static Tensor Norms(Tensor[] x) => (Tensor)Invoke("norms", null, [x]);

    /// <summary>The bits of float32 numbers as int32, in a new tensor of the same shape.</summary>
    public static Tensor Bits(Tensor x) => (Tensor)Invoke("bits", null, [x]);

    // A number comes as a Scalar that its caller keeps. Of any other TorchSharp would make one that nothing keeps.
    private static object Invoke(string function, Scalar? number, object[] tensors) =>
        Unit.Value.invoke(function, number is null ? tensors : [.. tensors, number]);
}
