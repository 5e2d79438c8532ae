using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace PPYolo.Align.Watching;

/// <summary>Forward hooks on modules of any signature: TorchSharp has them on its generic base classes alone.</summary>
internal static class ForwardHooks
{
    private static readonly Dictionary<Type, MethodInfo> Hooks = typeof(ForwardHooks)
        .GetMethods(BindingFlags.NonPublic | BindingFlags.Static)
        .Where(method => method.Name == nameof(Hook))
        .ToDictionary(method => method.GetParameters()[0].ParameterType.GetGenericTypeDefinition());

    /// <summary>Calls <paramref name="told"/> with what a module returns, and hands on what that returns.</summary>
    /// <returns>Takes the hook off; null where the module has no signature that is known.</returns>
    public static Action? TryAdd(nn.Module module, Func<object?, object?> told)
    {
        for (var type = module.GetType(); type is not null; type = type.BaseType)
        {
            if (type.IsGenericType && Hooks.TryGetValue(type.GetGenericTypeDefinition(), out var hook))
            {
                return (Action)hook.MakeGenericMethod(type.GetGenericArguments()).Invoke(null, [module, told])!;
            }
        }

        return null;
    }

    /// <summary>
    /// The tensors of what a module returned: itself, or the parts of tuples, lists and dictionaries, named as [0] or [key] behind it.
    /// </summary>
    public static IEnumerable<(string Name, Tensor Tensor)> Tensors(string name, object? value) =>
        value switch
        {
            // What attention has no weights for has no tensor in it.
            Tensor tensor => !tensor.IsInvalid && tensor.is_floating_point() ? [(name, tensor)] : [],
            ITuple tuple => Enumerable.Range(0, tuple.Length).SelectMany(i => Tensors($"{name}[{i}]", tuple[i])),
            IDictionary<string, Tensor> named => named.SelectMany(pair => Tensors($"{name}[{pair.Key}]", pair.Value)),
            string => [],
            IEnumerable list => list.Cast<object?>().SelectMany((part, i) => Tensors($"{name}[{i}]", part)),
            _ => [],
        };

    private static Action Hook<T, TResult>(nn.Module<T, TResult> module, Func<object?, object?> told) =>
        module.register_forward_hook((_, _, output) => (TResult)told(output)!).remove;

    private static Action Hook<T1, T2, TResult>(nn.Module<T1, T2, TResult> module, Func<object?, object?> told) =>
        module.register_forward_hook((_, _, _, output) => (TResult)told(output)!).remove;

    private static Action Hook<T1, T2, T3, TResult>(nn.Module<T1, T2, T3, TResult> module, Func<object?, object?> told) =>
        module.register_forward_hook((_, _, _, _, output) => (TResult)told(output)!).remove;

    private static Action Hook<T1, T2, T3, T4, TResult>(nn.Module<T1, T2, T3, T4, TResult> module, Func<object?, object?> told) =>
        module.register_forward_hook((_, _, _, _, _, output) => (TResult)told(output)!).remove;

    private static Action Hook<T1, T2, T3, T4, T5, TResult>(nn.Module<T1, T2, T3, T4, T5, TResult> module, Func<object?, object?> told) =>
        module.register_forward_hook((_, _, _, _, _, _, output) => (TResult)told(output)!).remove;

    private static Action Hook<T1, T2, T3, T4, T5, T6, TResult>(
        nn.Module<T1, T2, T3, T4, T5, T6, TResult> module,
        Func<object?, object?> told
    ) => module.register_forward_hook((_, _, _, _, _, _, _, output) => (TResult)told(output)!).remove;
}
