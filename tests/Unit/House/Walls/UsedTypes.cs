using Mono.Cecil;
using Mono.Cecil.Cil;

namespace PPYolo.Tests.Unit.House.Walls;

/// <summary>
/// The types that a compiled type names: its bases, fields, signatures, method bodies, attributes, and the arguments of what is generic.
/// What is nested, by its author or by the compiler (lambdas, iterators, async methods), counts for the outermost type on both sides. A
/// constant and a nameof leave nothing behind in compiled code, so they are no use.
/// </summary>
internal static class UsedTypes
{
    public static HashSet<TypeReference> Of(TypeDefinition type)
    {
        // Cecil makes a new reference each time: the name tells them apart.
        var found = new HashSet<TypeReference>(
            EqualityComparer<TypeReference>.Create((a, b) => a?.FullName == b?.FullName, it => Hash(it))
        );
        found.UnionWith(All(type).SelectMany(Parts).Select(Outermost));
        return found;
    }

    public static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    private static int Hash(TypeReference type) => StringComparer.Ordinal.GetHashCode(type.FullName);

    private static IEnumerable<TypeReference?> All(TypeDefinition type) =>
        [
            type.BaseType,
            .. type.Interfaces.Select(it => it.InterfaceType),
            .. Constraints(type),
            .. Attributes(type),
            .. type.Fields.SelectMany(it => Attributes(it).Append(it.FieldType)),
            .. type.Properties.SelectMany(Attributes),
            .. type.Events.SelectMany(Attributes),
            .. type.Methods.SelectMany(Method),
            .. type.NestedTypes.SelectMany(All),
        ];

    private static IEnumerable<TypeReference?> Method(MethodDefinition method) =>
        [
            .. Attributes(method),
            .. Attributes(method.MethodReturnType),
            .. method.Parameters.SelectMany(Attributes),
            .. Constraints(method),
            .. Signature(method),
            .. method.Overrides.Select(it => it.DeclaringType),
            .. method.HasBody ? Body(method.Body) : [],
        ];

    private static IEnumerable<TypeReference?> Body(MethodBody body) =>
        [
            .. body.Variables.Select(it => it.VariableType),
            .. body.ExceptionHandlers.Select(it => it.CatchType),
            .. body.Instructions.SelectMany(it => Operand(it.Operand)),
        ];

    private static IEnumerable<TypeReference> Operand(object? operand) =>
        operand switch
        {
            TypeReference type => [type],
            FieldReference field => [field.DeclaringType, field.FieldType],
            GenericInstanceMethod method => [.. method.GenericArguments, .. Operand(method.ElementMethod)],
            MethodReference method => [method.DeclaringType, .. Signature(method)],
            CallSite site => Signature(site),
            _ => [],
        };

    private static IEnumerable<TypeReference> Signature(IMethodSignature method) =>
        method.Parameters.Select(it => it.ParameterType).Append(method.ReturnType);

    private static IEnumerable<TypeReference?> Constraints(IGenericParameterProvider generic) =>
        generic.GenericParameters.SelectMany(it => it.Constraints.Select(one => one.ConstraintType).Concat(Attributes(it)));

    private static IEnumerable<TypeReference?> Attributes(ICustomAttributeProvider provider) =>
        provider.CustomAttributes.SelectMany(attribute =>
            attribute
                .ConstructorArguments.Concat(attribute.Properties.Concat(attribute.Fields).Select(it => it.Argument))
                .SelectMany(Argument)
                .Append(attribute.AttributeType)
        );

    private static IEnumerable<TypeReference?> Argument(CustomAttributeArgument argument) =>
        argument.Value switch
        {
            TypeReference type => [argument.Type, type],
            CustomAttributeArgument[] elements => elements.SelectMany(Argument),
            CustomAttributeArgument boxed => Argument(boxed),
            _ => [argument.Type],
        };

    /// <summary>A list of arrays of T names both; T as a placeholder names nothing.</summary>
    private static IEnumerable<TypeReference> Parts(TypeReference? type) =>
        type switch
        {
            null or GenericParameter => [],
            GenericInstanceType generic => generic.GenericArguments.SelectMany(Parts).Concat(Parts(generic.ElementType)),
            FunctionPointerType pointer => Signature(pointer).SelectMany(Parts),
            TypeSpecification wrapped => Parts(wrapped.ElementType),
            _ => [type],
        };
}
