using PPYolo.Kernels.Operations;
using static TorchSharp.torch;

namespace PPYolo.Kernels.Elementwise;

/// <summary>What follows a norm.</summary>
public enum Activation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    Relu,

    /// <summary>x where positive, else 0.1 x.</summary>
    LeakyRelu,

    /// <summary>x tanh(softplus(x)) (Misra, "Mish", arXiv:1908.08681).</summary>
    Mish,
}

internal static class Activations
{
    /// <summary>The slope of <see cref="Activation.LeakyRelu"/> below zero.</summary>
    public const double LeakySlope = 0.1;

    /// <summary>
    /// Applies an activation to a tensor that nobody else needs: in place where its gradient can be computed from its result.
    /// </summary>
    public static Tensor Apply(this Activation activation, Tensor x)
    {
        switch (activation)
        {
            case Activation.None:
                return x;
            case Activation.Relu:
                return x.relu_();
            case Activation.LeakyRelu:
                return x.leaky_relu_(Scalars.Of(LeakySlope));
            case Activation.Mish:
                using (x)
                {
                    return Mish.Of(x);
                }

            default:
                throw new ArgumentOutOfRangeException(nameof(activation), activation, "not an activation");
        }
    }
}
