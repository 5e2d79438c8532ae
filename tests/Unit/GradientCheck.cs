using static TorchSharp.torch;

namespace PPYolo.Tests.Unit;

/// <summary>Compares gradients with central differences in float64.</summary>
internal static class GradientCheck
{
    private const double Step = 1e-5;

    // A central difference of step 1e-5 is wrong by about 1e-10 of the third derivative and, by cancellation, 1e-11 of the function's
    // value: values here are below 1e3 and third derivatives below 1e4.
    private const double Tolerance = 1e-6;

    /// <summary>Checks the gradient of every element of every input.</summary>
    /// <param name="function">Inputs to a scalar; differentiable at these inputs.</param>
    /// <param name="inputs">float64.</param>
    public static void Check(Func<Tensor[], Tensor> function, params Tensor[] inputs)
    {
        using var scope = NewDisposeScope();
        var leaves = Array.ConvertAll(inputs, input => input.Leaf());
        function(leaves).backward();
        PPYolo.Kernels.Operations.BackwardPass.Finish();
        var values = Array.ConvertAll(inputs, input => input.detach().clone());
        for (var i = 0; i < values.Length; i++)
        {
            using var flat = values[i].view(-1);
            var gradient = leaves[i].grad!.contiguous().data<double>().ToArray();
            for (var j = 0; j < gradient.Length; j++)
            {
                var slope = (At(j, Step) - At(j, -Step)) / (2 * Step);
                (Math.Abs(slope - gradient[j]) <= Tolerance * Math.Max(1, Math.Abs(slope)))
                    .Should()
                    .BeTrue("the gradient of input {0}, element {1}, must be {2:R}, found {3:R}", i, j, slope, gradient[j]);
            }

            double At(long element, double change)
            {
                using var inner = NewDisposeScope();
                using var noGrad = no_grad();
                using var place = flat[element];
                var present = place.item<double>();
                flat[element] = present + change;
                var result = function(values).item<double>();
                flat[element] = present;
                return result;
            }
        }
    }
}
