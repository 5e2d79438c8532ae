using static TorchSharp.torch;

namespace PPYolo.Kernels.Operations;

/// <summary>
/// A differentiable operation with a backward function of its own. Saved tensors and gradients go as soon as the backward pass is past it,
/// as with libtorch's own operations: TorchSharp by itself keeps saved tensors until the graph goes, and gradients until the caller's scope
/// ends. So there is one backward pass through each graph.
/// </summary>
/// <typeparam name="T">The operation itself.</typeparam>
public abstract class Operation<T> : autograd.SingleTensorFunction<T>
    where T : Operation<T>, new()
{
    private const string Shapes = "shapes",
        Pass = "pass";

    /// <summary>
    /// Computes the result, and what its gradient needs. TorchSharp sets aside a tensor as large as the result for each operation, which is
    /// freed here at once.
    /// </summary>
    /// <param name="vars">What <see cref="Compute"/> gets.</param>
    /// <returns>The result, a tensor of the caller's dispose scope.</returns>
    internal static new Tensor apply(params object[] vars)
    {
        using var scope = NewDisposeScope();
        return autograd.SingleTensorFunction<T>.apply(vars).MoveToOuterDisposeScope();
    }

    /// <inheritdoc />
    public override string Name => typeof(T).Name;

    /// <inheritdoc />
    public sealed override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        // The tensor set aside would serve for gradients that are not defined, had it lived.
        ctx.set_materialize_grads(false);
        ctx.save_data(Shapes, Array.ConvertAll(vars, value => (value as Tensor)?.shape));
        ctx.save_data(Pass, BackwardPass.Current);
        return Compute(ctx, vars);
    }

    /// <inheritdoc />
    public sealed override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var incoming = grad_output;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var shapes = (long[]?[])ctx.get_data(Shapes);
        var pass = (BackwardPass)ctx.get_data(Pass);
        try
        {
            return pass.Return(incoming.IsInvalid ? Undefined(shapes) : Differentiate(ctx, Saved(ctx), incoming));
        }
#pragma warning disable CA1031 // Whatever it is must not reach native code: see BackwardPass.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            pass.Keep(exception);
            return pass.Return(Zeros(shapes, incoming));
        }
        finally
        {
            ctx.Dispose();
        }
    }

    /// <summary>The result, a tensor of the caller's dispose scope.</summary>
    /// <param name="ctx">Where to save what the gradients need.</param>
    /// <param name="arguments">What apply was given.</param>
    protected abstract Tensor Compute(autograd.AutogradContext ctx, object[] arguments);

    /// <summary>The gradient of each argument, null for those that have none.</summary>
    /// <param name="ctx">What was saved.</param>
    /// <param name="saved">The tensors that were saved.</param>
    /// <param name="gradient">The gradient of the result.</param>
    protected abstract List<Tensor> Differentiate(autograd.AutogradContext ctx, IReadOnlyList<Tensor> saved, Tensor gradient);

    private static List<Tensor> Undefined(long[]?[] shapes) => [.. shapes.Select(_ => (Tensor)null!)];

    /// <summary>What takes the place of gradients that could not be computed; a full card has no room for that either.</summary>
    private static List<Tensor> Zeros(long[]?[] shapes, Tensor incoming)
    {
        try
        {
            return [.. shapes.Select(shape => shape is null ? null! : zeros(shape, incoming.dtype, incoming.device))];
        }
#pragma warning disable CA1031 // As above; what came before it is what is reported.
        catch (Exception)
#pragma warning restore CA1031
        {
            return Undefined(shapes);
        }
    }

    private static List<Tensor> Saved(autograd.AutogradContext ctx)
    {
        try
        {
            return ctx.get_saved_variables();
        }
        catch (ArgumentNullException)
        {
            throw new InvalidOperationException(
                "a second backward pass through the same graph: what the first one needed is freed; compute the result again"
            );
        }
    }
}
