//! The adapters of this machine, and the choice among them.

use crate::{Error, features};

/// The environment variable with a part of the adapter's name.
pub const ADAPTER_VARIABLE: &str = "WGPU_ADAPTER_NAME";

/// An adapter, and what of it matters to kernels.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct AdapterSummary {
    /// Its name.
    pub name: String,
    /// Its graphics interface: `Vulkan`, `Metal`, `Dx12`.
    pub backend: String,
    /// `discrete`, `integrated`, `virtual`, `cpu` for a processor that plays a graphics processor, or `other`.
    pub kind: &'static str,
    /// The driver with its version.
    pub driver: String,
    /// True if it computes in double precision.
    pub double_precision: bool,
    /// True if it adds reals atomically.
    pub float_atomics: bool,
    /// True if its own clock times it.
    pub timestamps: bool,
    /// The most bytes of a buffer of data.
    pub largest_binding: u64,
    /// True if it is taken where no name is given.
    pub is_default: bool,
}

/// All adapters of this machine, with the backends that the environment allows (`WGPU_BACKEND`).
#[cfg(not(target_arch = "wasm32"))]
pub fn adapters() -> Vec<wgpu::Adapter> {
    pollster::block_on(adapters_async())
}

/// `adapters` without blocking.
pub async fn adapters_async() -> Vec<wgpu::Adapter> {
    all(&instance()).await
}

/// The same in words.
#[cfg(not(target_arch = "wasm32"))]
pub fn summaries() -> Vec<AdapterSummary> {
    pollster::block_on(summaries_async())
}

/// `summaries` without blocking.
pub async fn summaries_async() -> Vec<AdapterSummary> {
    let instance = instance();
    let found = all(&instance).await;
    let default = match variable() {
        Some(name) => found.iter().find(|adapter| is_named(adapter, &name)).map(wgpu::Adapter::get_info),
        None => fastest(&instance).await.map(|adapter| adapter.get_info()),
    };
    found.iter().map(|adapter| summary(adapter, default.as_ref() == Some(&adapter.get_info()))).collect()
}

fn summary(adapter: &wgpu::Adapter, is_default: bool) -> AdapterSummary {
    let (info, own, limits) = (adapter.get_info(), adapter.features(), adapter.limits());
    AdapterSummary {
        kind: match info.device_type {
            wgpu::DeviceType::DiscreteGpu => "discrete",
            wgpu::DeviceType::IntegratedGpu => "integrated",
            wgpu::DeviceType::VirtualGpu => "virtual",
            wgpu::DeviceType::Cpu => "cpu",
            wgpu::DeviceType::Other => "other",
        },
        name: info.name,
        backend: format!("{:?}", info.backend),
        driver: format!("{} {}", info.driver, info.driver_info).trim().to_string(),
        double_precision: own.contains(features::double_precision()),
        float_atomics: own.contains(features::float_atomics()),
        timestamps: own.contains(features::timestamps()),
        largest_binding: limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
        is_default,
    }
}

/// The adapter whose name contains `name`, or that of the environment; without either the fastest.
pub(crate) async fn wanted(instance: &wgpu::Instance, name: Option<&str>) -> Result<wgpu::Adapter, Error> {
    let wanted = chosen(name, variable());
    let found = match &wanted {
        Some(name) => all(instance).await.into_iter().find(|adapter| is_named(adapter, name)),
        None => fastest(instance).await,
    };
    match found {
        Some(adapter) => Ok(adapter),
        None => {
            let found = all(instance).await.iter().map(|adapter| adapter.get_info().name).collect();
            Err(Error::NoAdapter { wanted, found })
        }
    }
}

/// The same, but without a name one that can draw on a surface.
pub(crate) async fn presenting(
    instance: &wgpu::Instance,
    surface: &wgpu::Surface<'_>,
    name: Option<&str>,
) -> Result<wgpu::Adapter, Error> {
    let first = wanted(instance, name).await?;
    if first.is_surface_supported(surface) || chosen(name, variable()).is_some() {
        return Ok(first);
    }
    Ok(all(instance).await.into_iter().find(|adapter| adapter.is_surface_supported(surface)).unwrap_or(first))
}

/// The instance of wgpu that knows the adapters.
pub fn instance() -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle_from_env())
}

async fn all(instance: &wgpu::Instance) -> Vec<wgpu::Adapter> {
    instance.enumerate_adapters(wgpu::Backends::all()).await
}

async fn fastest(instance: &wgpu::Instance) -> Option<wgpu::Adapter> {
    let power_preference = wgpu::PowerPreference::HighPerformance;
    let options = wgpu::RequestAdapterOptions { power_preference, ..Default::default() };
    instance.request_adapter(&options).await.ok()
}

/// The name of the environment, if it has one.
fn variable() -> Option<String> {
    chosen(None, std::env::var(ADAPTER_VARIABLE).ok())
}

/// The name that is asked for, or that of the environment; an empty one is none.
fn chosen(name: Option<&str>, variable: Option<String>) -> Option<String> {
    let own = name.filter(|name| !name.is_empty()).map(String::from);
    own.or(variable.filter(|name| !name.is_empty()))
}

/// Returns true if an adapter's name contains another, in upper or lower case.
fn is_named(adapter: &wgpu::Adapter, name: &str) -> bool {
    adapter.get_info().name.to_lowercase().contains(&name.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn an_empty_name_is_none() {
        let variable = || Some("llvmpipe".to_string());
        assert_eq!(chosen(None, Some(String::new())), None);
        assert_eq!(chosen(Some(""), variable()), variable());
        assert_eq!(chosen(Some("NVIDIA"), variable()).as_deref(), Some("NVIDIA"));
    }
}
